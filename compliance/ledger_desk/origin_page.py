"""Who and where of one row: shown to those who may, after it is recorded that they looked."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from compliance.audit.models import AuditEvent
from compliance.audit.naming import name_actors
from compliance.audit.personal.audit_events import PERSONAL_READ
from compliance.audit.personal.payloads import open_payload
from compliance.audit.reading import record_reading
from modelops.crypto.errors import DecryptionFailed
from modelops.lib.browsers import browser_family

NEEDED = ("audit.view_auditevent", "audit_personal.view_payload")
DAMAGED = "damaged"


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """The route under the admin's own."""
    return [path("ledger/origins/<uuid:pk>/", site.admin_view(require_GET(origin_page)), name="ledger-origin")]


@permission_required(NEEDED, raise_exception=True)
def origin_page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Address, browser and session of the row's request, and its personal details; recorded first, or not shown."""
    event = get_object_or_404(AuditEvent, pk=pk)
    record_reading(PERSONAL_READ, event, request=request, strict=True, what="who and where")
    origin, personal = _opened(event.origin), _opened(event.personal)
    name_actors([event])
    context = {
        **admin.site.each_context(request),
        "title": "Who and where",
        "event": event,
        "origin": origin,
        "personal": personal,
        "browser": browser_family(origin["user_agent"]) if isinstance(origin, dict) else "",
        "kept_days": settings.MODELOPS_ADDRESSES_KEPT_DAYS,
    }
    return TemplateResponse(request, "admin/ledger/origin.html", context)


def _opened(commitment: Any) -> dict[str, Any] | str | None:
    """The values; None when the row has none; a word when they are gone."""
    if commitment is None:
        return None
    try:
        return open_payload(bytes(commitment)) or "erased"
    except DecryptionFailed:
        return DAMAGED
