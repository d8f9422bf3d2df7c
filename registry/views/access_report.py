"""Who may do what with a model or dataset, and why: for its owner and for who reviews access."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from compliance.audit import record
from compliance.audit.exporting.forms import csv_line
from modelops.lib.pages import with_parameter
from registry import viewing
from registry.grants import report as reports
from registry.grants.audit_events import ACCESS_REPORTED
from registry.grants.rules import Governed, require_reviewing
from registry.models import Dataset, RegisteredModel

MOST_LINES = 10_000
_KINDS = {"models": RegisteredModel, "datasets": Dataset}
_HEADINGS = ("account", "role", "action", "reasons", "last used (UTC)", "not used in 90 days")


@never_cache
@login_required
@require_safe
def report(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """A page of accounts with their rights."""
    governed = _governed(request, kind, name)
    page = reports.page_of(governed, after=request.GET.get("after", "").replace("\x00", ""))
    viewing.access(request, governed)
    context = {
        "governed": governed,
        "kind": kind,
        "is_model": kind == "models",
        "lines": page.lines,
        "unused": reports.unused(page.lines),
        "next_url": with_parameter(request, "after", page.next_after) if page.next_after else "",
        "first_url": request.path if request.GET.get("after") else "",
    }
    return render(request, "registry/access_report.html", context)


@never_cache
@login_required
@require_safe
def report_csv(request: HttpRequest, kind: str, name: str) -> StreamingHttpResponse:
    """All of it as one file; the ledger has its row before the first line."""
    governed = _governed(request, kind, name)
    with transaction.atomic():
        record(ACCESS_REPORTED, governed, actor=request.actor, name=governed.name)  # type: ignore[attr-defined]
    headers = {"Content-Disposition": f'attachment; filename="access-{governed.name}.csv"'}
    return StreamingHttpResponse(_csv(governed), content_type="text/csv; charset=utf-8", headers=headers)


def _csv(governed: Governed) -> Iterator[str]:
    yield csv_line(_HEADINGS)
    for line in reports.every_line(governed, most=MOST_LINES):
        for held in line.held:
            last: Any = f"{held.last_used:%Y-%m-%d %H:%M}" if held.last_used else ""
            yield csv_line(
                [
                    line.user.username,
                    line.user.role,
                    held.action.label,
                    "; ".join(held.reasons),
                    last,
                    "yes" if held.is_unused else "",
                ]
            )


def _governed(request: HttpRequest, kind: str, name: str) -> Governed:
    governed = get_object_or_404(_KINDS[kind].objects.visible_to(request.user).select_related("owner"), name=name)
    require_reviewing(request.user, governed)
    return governed
