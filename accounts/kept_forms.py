"""What somebody typed for longer than their second factor holds: kept until they have confirmed, and then sent by them.

It lies in the session, which is sealed in its row, found by its cookie alone and ended with it. Nothing is sent by
itself: a page shows what was typed, and its button sends that to where it was going, through every check again. What
is secret is not kept; that page asks for it anew. No form that leads to such an act takes files.
"""

import json
import re
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from modelops.lib.ids import uuid7

KEPT_FOR_S: Final = 15 * 60
# The session is read with every request: a person types less than this in an hour.
MAX_BYTES: Final = 256 * 1024
NEWEST: Final = 3
SESSION_KEY: Final = "_kept_forms"
_CSRF: Final = "csrfmiddlewaretoken"
_SECRET: Final = re.compile(
    r"(?:^|[-_.])(?:password\d?|passphrase|secret|token|code|answer|api_key|routing_key|private_key|current|repeated)$"
)
# Names that are secret at some addresses and harmless at others; each form's fields are compared with this in a test.
_SECRET_AT: Final = {
    "admin/secret_store/": {"value"},
    "alerts/channels/": {"routes", "to", "topic", "url"},
}
# What forms send about themselves, and their buttons: sent again, and nothing to show.
_UNSEEN: Final = re.compile(
    r"^_|^initial-|-(?:TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$|^(?:seen|next|index|select_across|confirmed)$"
)
_FORMS: Final = {"application/x-www-form-urlencoded", "multipart/form-data"}


class Kept(NamedTuple):
    """A form that was sent too late."""

    pk: str
    at: float
    path: str
    back: str
    """The page that the form stood on."""
    fields: list[tuple[str, list[str]]]
    left_out: list[tuple[str, bool]]
    """Fields whose values are secret, and whether those have several lines."""

    @property
    def address(self) -> str:
        """The page that shows and sends it."""
        return reverse("accounts:kept-form", args=[self.pk])

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Every value with its name, as it was sent."""
        return [(name, value) for name, values in self.fields for value in values]

    @property
    def shown(self) -> list[tuple[str, list[str]]]:
        """What a person would call their words: labels and values."""
        seen = ((name, [one for one in values if one.strip()]) for name, values in self.fields)
        words = [(_label(name), values) for name, values in seen if values and not _UNSEEN.search(name)]
        rows = dict(self.fields).get("_selected_action", [])
        return [*words, ("Selected rows", [str(len(rows))])] if rows else words

    @property
    def asked(self) -> list[tuple[str, str, bool]]:
        """What has to be given again: name, label, and whether it has several lines."""
        return [(name, _label(name), lines) for name, lines in self.left_out]


def is_secret(name: str, route: str) -> bool:
    """Whether the value of a field that is sent to ``route`` is not kept.

    >>> is_secret("smtp_password", "x/"), is_secret("public_key", "x/"), is_secret("url", "alerts/channels/new/x/")
    (True, False, True)
    """
    names = (fields for start, fields in _SECRET_AT.items() if route.startswith(start))
    return bool(_SECRET.search(name)) or any(name in fields for fields in names)


def keep(request: HttpRequest, *, back: str) -> Kept | None:
    """Keep what this request sends and return it; None where no person typed anything that could be kept.

    Raises nothing: a form that is too long, or sent by a script, is answered as it was before.
    """
    match = request.resolver_match
    # Only what the check against forged requests has read: nobody else's page leaves anything here.
    read = hasattr(request, "_post") and getattr(request, "csrf_processing_done", False)
    by_script = "HX-Request" in request.headers or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    if request.method != "POST" or match is None or by_script or not read or request.content_type not in _FORMS:
        return None
    names = [name for name in request.POST if name != _CSRF]
    kept = Kept(
        pk=str(uuid7()),
        at=timezone.now().timestamp(),
        path=request.get_full_path(),
        back=back or request.get_full_path(),
        fields=[(name, request.POST.getlist(name)) for name in names if not is_secret(name, match.route)],
        left_out=[
            (name, "\n" in request.POST[name].strip())
            for name in names
            if is_secret(name, match.route) and request.POST[name]
        ],
    )
    if not kept.shown or len(json.dumps(kept)) > MAX_BYTES:
        return None
    _write(request, [*_read(request), kept][-NEWEST:])
    return kept


def find(request: HttpRequest, pk: str) -> Kept | None:
    """What is still kept under an id."""
    return next((one for one in _read(request) if one.pk == pk), None)


def of_address(request: HttpRequest, address: str) -> Kept | None:
    """What the page at ``address`` shows, where it is one of ours."""
    try:
        match = resolve(urlsplit(address).path)
    except Resolver404:
        return None
    return find(request, str(match.kwargs["pk"])) if match.view_name == "accounts:kept-form" else None


def forget(request: HttpRequest) -> None:
    """Drop what is too old, and what this request sends: it worked once."""
    stored = request.session.get(SESSION_KEY)
    if stored is None:
        return
    sent = request.get_full_path() if request.method == "POST" else None
    standing = [one for one in _read(request) if one.path != sent]
    if len(standing) != len(stored):
        _write(request, standing)


def _read(request: HttpRequest) -> list[Kept]:
    since = timezone.now().timestamp() - KEPT_FOR_S
    return [one for one in (Kept(*stored) for stored in request.session.get(SESSION_KEY, [])) if one.at > since]


def _write(request: HttpRequest, kept: list[Kept]) -> None:
    rows: list[Any] = [list(one) for one in kept]
    if rows:
        request.session[SESSION_KEY] = rows
    else:
        request.session.pop(SESSION_KEY, None)


def _label(name: str) -> str:
    return re.sub(r"[-_]+", " ", name).strip().capitalize()
