"""The admin's posture page."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from modelops.lib.errors import NotFound
from modelops.lib.remedies import Remedy, remedies_for

from .looking import by_area, look_at_all
from .models import PostureSnapshot
from .snapshots import give_snapshot

# Who may read the ledger may see what it would prove.
NEEDED = "audit.view_auditevent"
_SHOWN = 24


def posture_page(request: HttpRequest) -> HttpResponse:
    """Each control with a live count, its rows and what to do where it does not hold."""
    if not request.user.has_perm(NEEDED):
        raise PermissionDenied
    seen = look_at_all()
    offered = remedies_for(request.user)
    asked = [looked for looked in seen if looked.outcome.applies]
    context = {
        **admin.site.each_context(request),
        "title": "Posture",
        # Each with its button, where it has a finding that one act puts right.
        "areas": [
            (area, [(one, offered.get(one.control.key) if one.outcome.findings else None) for one in looked])
            for area, looked in by_area(seen)
        ],
        "passed": sum(looked.outcome.passed for looked in asked),
        "total": len(asked),
        "now": timezone.now(),
        "snapshots": PostureSnapshot.objects.only("month", "sha256", "made_at")[:_SHOWN],
    }
    return TemplateResponse(request, "admin/posture.html", context)


def fixing(remedy: Remedy) -> Callable[[HttpRequest], HttpResponse]:
    """The view behind the button of one remedy."""

    def fix(request: HttpRequest) -> HttpResponse:
        if not (request.user.has_perm(NEEDED) and request.user.has_perm(remedy.permission)):
            raise PermissionDenied
        messages.success(request, remedy.perform(request.user, actor=request.actor))  # type: ignore[attr-defined]
        return redirect("admin:posture")

    return fix


def snapshot_file(request: HttpRequest, month: str) -> HttpResponse:
    """The signed posture of a month, as it is kept."""
    if not request.user.has_perm(NEEDED):
        raise PermissionDenied
    try:
        row = give_snapshot(month, actor=request.actor)  # type: ignore[attr-defined]
    except NotFound as missing:
        raise Http404(str(missing)) from None
    answer = HttpResponse(bytes(row.content), content_type="application/x-ndjson")
    answer["Content-Disposition"] = f'attachment; filename="posture-{row.month}.jsonl"'
    return answer
