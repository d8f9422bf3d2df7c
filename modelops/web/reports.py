"""What browsers report of content that the policy held back: counted, and told in the log a few times a minute.

Anybody may send such a report and make up what it says. So it is short or refused, nothing of it is stored, its words
are reduced to what is known, and it can neither fill the log nor bring an address with a secret into it.
"""

import json
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from prometheus_client import Counter

logger = logging.getLogger(__name__)

MOST_BYTES: Final = 16 * 1024
MOST_REPORTS: Final = 20
LINES_A_MINUTE: Final = 20
# Of `report-uri`, and of the Reporting API, which sends several at once.
KINDS: Final = frozenset({"application/csp-report", "application/reports+json"})
KNOWN: Final = frozenset(
    {
        "default-src", "script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem",
        "style-src-attr", "img-src", "font-src", "connect-src", "media-src", "object-src", "frame-src", "child-src",
        "worker-src", "manifest-src", "form-action", "frame-ancestors", "base-uri", "require-trusted-types-for",
        "trusted-types",
    }
)  # fmt: skip
VIOLATIONS = Counter(
    "modelops_content_violations",
    "What browsers say they held back by the content policy, by directive. Anybody can send such reports.",
    ["directive"],
)


class _Pace:
    """At most so many lines a minute in this process; those left out are counted, and told with the next one."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._since = self._told = self._left_out = 0

    def admits(self, now_s: float) -> int | None:
        """How many lines were left out before this one; None when this one is left out too."""
        with self._lock:
            if (minute := int(now_s // 60)) != self._since:
                self._since, self._told = minute, 0
            if self._told >= self._most:
                self._left_out += 1
                return None
            self._told += 1
            left_out, self._left_out = self._left_out, 0
            return left_out


_pace = _Pace(LINES_A_MINUTE)


@csrf_exempt
@require_POST
def content_reports(request: HttpRequest) -> HttpResponse:
    """Take a browser's report: 204, whatever it says; 413 or 415 for what is none."""
    if request.content_type not in KINDS:
        return HttpResponse(status=415)
    if not 0 < _length(request) <= MOST_BYTES:
        return HttpResponse(status=413)
    try:
        said = json.loads(request.read(MOST_BYTES))
    except (ValueError, RecursionError, OSError):
        return HttpResponse(status=400)
    for body in _bodies(said):
        _take(body)
    return HttpResponse(status=204)


def _length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _bodies(said: Any) -> Iterator[dict[str, Any]]:
    reports = said if isinstance(said, list) else [said]
    for report in reports[:MOST_REPORTS]:
        body = (report.get("csp-report") or report.get("body")) if isinstance(report, dict) else None
        if isinstance(body, dict):
            yield body


def _take(body: dict[str, Any]) -> None:
    named = body.get("effectiveDirective") or body.get("effective-directive") or body.get("violated-directive")
    directive = str(named)[:60].split(" ")[0]
    directive = directive if directive in KNOWN else "other"
    VIOLATIONS.labels(directive).inc()
    left_out = _pace.admits(time.monotonic())
    if left_out is not None:
        logger.warning(
            "A browser reports held back content: %s from %s on %s%s",
            directive,
            _source(body.get("blockedURL") or body.get("blocked-uri")),
            _page(body.get("documentURL") or body.get("document-uri")),
            f" (and {left_out} more reports)" if left_out else "",
        )


def _source(said: Any) -> str:
    """Scheme and host of what was held back, or a word like ``inline``."""
    text = str(said or "unknown")[:200]
    try:
        parts = urlsplit(text)
    except ValueError:
        return "unreadable"
    if parts.scheme in {"http", "https", "ws", "wss"}:
        return f"{parts.scheme}://{(parts.netloc.rpartition('@')[2])[:100]}"
    return parts.scheme or (text if text.replace("-", "").isalpha() and len(text) < 40 else "unreadable")


def _page(said: Any) -> str:
    """The route of the page, never its address: that of an invitation opens an account."""
    try:
        return f"/{resolve(urlsplit(str(said or '')[:2000]).path).route}"
    except (Resolver404, ValueError):
        return "an unknown page"
