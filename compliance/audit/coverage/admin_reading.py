"""Rows about what is looked at in the admin, for every model that is registered there, from one place."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from ..audit_events import ADMIN_LIST_VIEWED, ADMIN_OBJECT_VIEWED
from ..events import EventClass
from ..reading import record_reading
from .declaring import events_of
from .exempt import Exempt
from .mapping import coverage_map
from .walking import ADMIN_KINDS


def record_admin_reading(request: HttpRequest, response: HttpResponse) -> None:
    """Record that an object, or a list that is declared for it, is about to be shown; nothing for other pages.

    Called before the answer leaves. For pages with personal data it raises when the row cannot be written.
    """
    match = request.resolver_match
    model_admin = getattr(match.func, "model_admin", None) if match else None
    if match is None or model_admin is None or response.status_code != 200:
        return
    opts = model_admin.model._meta
    kind = (match.url_name or "").removeprefix(f"{opts.app_label}_{opts.model_name}_")
    pages = coverage_map().admin.get(opts.label_lower)
    if kind not in ADMIN_KINDS or pages is None:
        return
    if request.method != "GET":
        # A page of one's own that takes no POST would show the object again, and nobody would have looked.
        if kind == "change" and pages.changes is Exempt.REFUSED:
            raise PermissionDenied
        return
    told = {"changelist": pages.listed, "change": pages.opened}.get(kind, ())
    for event in events_of(told):
        target = _shown(response, opts.label_lower, match.kwargs) if kind == "change" else None
        record_reading(event, target, request=request, strict=pages.strict, **_details(event, opts))


def _details(event: EventClass, opts: Any) -> dict[str, str]:
    generic = event in (ADMIN_LIST_VIEWED, ADMIN_OBJECT_VIEWED)
    return {"kind": str(opts.verbose_name_plural)} if generic else {}


def _shown(response: HttpResponse, label: str, address: dict[str, Any]) -> Model | tuple[str, str]:
    """The object of the page; where the page is not the admin's own, what its address names."""
    original = (getattr(response, "context_data", None) or {}).get("original")
    if isinstance(original, Model):
        return original
    asked = str(address.get("object_id", ""))
    try:
        return label, str(uuid.UUID(asked))
    except ValueError:
        return label, asked
