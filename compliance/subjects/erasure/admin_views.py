"""The officer's steps of an erasure: each a POST of its own that checks its own permission."""

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from compliance.audit.reading import record_reading
from modelops.lib.errors import Invalid

from .. import places
from ..models import LegalHold, SubjectRequest
from . import approving, holds, planning
from .api import certificate_response
from .audit_events import CERTIFICATE_READ

if TYPE_CHECKING:
    from ..admin import SubjectRequestAdmin

CHANGE = "subjects.change_subjectrequest"
VIEW = "subjects.view_subjectrequest"
APPROVE = "subjects.approve_erasure"


class ErasureViews:
    """Views around one model admin; ``urls`` wraps each in ``admin_site.admin_view``."""

    def __init__(self, model_admin: "SubjectRequestAdmin") -> None:
        self.admin = model_admin

    def urls(self) -> list[URLPattern]:
        """Routes that stand before the admin's own."""

        def at(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            wrapped = self.admin.admin_site.admin_view(require_POST(view))
            return path(f"<uuid:pk>/{route}", wrapped, name=f"subjects_subjectrequest_{name}")

        return [
            at("places/", self.places, "places"),
            at("erasure/preview/", self.preview, "erasure_preview"),
            at("erasure/decide/", self.decide, "erasure_decide"),
            at("erasure/approve/", self.approve, "erasure_approve"),
            at("erasure/execute/", self.execute, "erasure_execute"),
            at("erasure/certificate/", self.certificate, "erasure_certificate"),
            at("hold/", self.hold, "hold"),
            at("hold/<uuid:hold>/lift/", self.lift, "hold_lift"),
        ]

    def places(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Where the person is known; a POST, for each look is in the ledger."""
        found = self._request(request, VIEW, pk)
        with transaction.atomic():
            shown = places.show(found, actor=request.actor)
        context = {
            **self.admin.admin_site.each_context(request),
            "opts": self.admin.opts,
            "app_label": self.admin.opts.app_label,
            "case": found,
            "found": shown,
            "title": f"Where the person of {found} is known",
        }
        return TemplateResponse(request, "admin/subjects/subjectrequest/places.html", context)

    def preview(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Look everywhere and show what would be erased."""
        found = self._request(request, CHANGE, pk)
        planning.preview(found, actor=request.actor)
        messages.success(request, "This is what would be erased. Nothing is changed yet.")
        return self._back(found)

    def decide(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Decide about a model, or about all of them."""
        found = self._request(request, CHANGE, pk)
        plan = approving.require_plan(found)
        planning.decide(plan, request.POST.get("target", ""), request.POST.get("decision", ""), actor=request.actor)
        return self._back(found)

    def approve(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """The second person."""
        found = self._request(request, APPROVE, pk)
        approving.approve(approving.require_plan(found), actor=request.actor)
        messages.success(request, "The erasure is approved. It has not begun.")
        return self._back(found)

    def execute(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Begin, or go on."""
        found = self._request(request, CHANGE, pk)
        approving.execute(approving.require_plan(found), actor=request.actor)
        return self._back(found)

    def certificate(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """The certificate as a file."""
        found = self._request(request, VIEW, pk)
        answer = certificate_response(approving.require_plan(found))
        record_reading(CERTIFICATE_READ, found, request=request, strict=True, reference=found.reference)
        return answer

    def hold(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Keep a class of data from this erasure."""
        found = self._request(request, CHANGE, pk)
        try:
            recheck_on = parse_date(request.POST.get("recheck_on", ""))
        except ValueError:
            recheck_on = None
        if recheck_on is None:
            raise Invalid(
                "Name the day on which somebody looks again.", code="hold.recheck_missing", field="recheck_on"
            )
        said = (request.POST.get("data_class", ""), request.POST.get("basis", ""))
        holds.set_hold(*said, recheck_on, request=found, actor=request.actor)
        messages.success(request, "The data is kept. Preview the erasure again.")
        return self._back(found)

    def lift(self, request: HttpRequest, pk: uuid.UUID, hold: uuid.UUID) -> HttpResponse:
        """End a hold."""
        found = self._request(request, CHANGE, pk)
        holds.lift(get_object_or_404(LegalHold, pk=hold, request=found), actor=request.actor)
        messages.success(request, "The hold is lifted. Preview the erasure again.")
        return self._back(found)

    def _request(self, request: HttpRequest, permission: str, pk: uuid.UUID) -> SubjectRequest:
        if not request.user.has_perm(permission):
            raise PermissionDenied
        return get_object_or_404(SubjectRequest.objects.visible_to(request.user), pk=pk)

    def _back(self, found: SubjectRequest) -> HttpResponse:
        return redirect(reverse("admin:subjects_subjectrequest_change", args=[found.pk]))
