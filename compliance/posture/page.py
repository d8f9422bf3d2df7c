"""The admin's posture page."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from .looking import by_area, look_at_all

# Who may read the ledger may see what it would prove.
NEEDED = "audit.view_auditevent"


def posture_page(request: HttpRequest) -> HttpResponse:
    """Each control with a live count, its rows and what to do where it does not hold."""
    if not request.user.has_perm(NEEDED):
        raise PermissionDenied
    seen = look_at_all()
    asked = [looked for looked in seen if looked.outcome.applies]
    context = {
        **admin.site.each_context(request),
        "title": "Posture",
        "areas": by_area(seen),
        "passed": sum(looked.outcome.passed for looked in asked),
        "total": len(asked),
        "now": timezone.now(),
    }
    return TemplateResponse(request, "admin/posture.html", context)
