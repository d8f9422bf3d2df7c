"""The officer's steps for the other rights: each a POST of its own that checks its own permission."""

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from ..models import Kind, SubjectRequest
from . import services

if TYPE_CHECKING:
    from ..admin import SubjectRequestAdmin

CHANGE = "subjects.change_subjectrequest"


def rights_context(request: SubjectRequest, user: AbstractUser) -> dict[str, Any]:
    """For the page of a request: what can be done for its kind, and what was."""
    if request.kind == Kind.RECTIFICATION:
        return {"rectifiable": services.fields()}
    if request.kind in services.RESTRICTING:
        return {"restricts": True, "is_restricted": services.is_restricted(request)}
    if request.kind == Kind.AUTOMATED_DECISION and request.identity_confirmed_at and request.is_open:
        return {"decisions": services.decisions(request), "outcomes": services.Outcome.choices}
    return {}


class RightsViews:
    """Views around one model admin; ``urls`` wraps each in ``admin_site.admin_view``."""

    def __init__(self, model_admin: "SubjectRequestAdmin") -> None:
        self.admin = model_admin

    def urls(self) -> list[URLPattern]:
        """Routes that stand before the admin's own."""

        def at(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            wrapped = self.admin.admin_site.admin_view(sensitive_post_parameters("value")(require_POST(view)))
            return path(f"<uuid:pk>/{route}", wrapped, name=f"subjects_subjectrequest_{name}")

        return [
            at("rectify/", self.rectify, "rectify"),
            at("restrict/", self.restrict, "restrict"),
            at("lift/", self.lift, "lift"),
            at("decision/", self.decision, "decision"),
        ]

    def rectify(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Correct one field."""
        found = self._request(request, pk)
        said = request.POST.get("field", ""), request.POST.get("value", "")
        rows = services.rectify(found, *said, actor=request.actor)
        messages.success(request, f"Corrected in {rows} {'row' if rows == 1 else 'rows'}; owners of datasets are told.")
        return self._back(found)

    def restrict(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Keep the data from use."""
        found = services.restrict(self._request(request, pk), actor=request.actor)
        messages.success(request, "The data is stored and used for nothing from now on.")
        return self._back(found)

    def lift(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """End a restriction."""
        found = services.lift(self._request(request, pk), actor=request.actor)
        messages.success(request, "The restriction is lifted.")
        return self._back(found)

    def decision(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Record a second look at a decision."""
        found = self._request(request, pk)
        said = request.POST.get("decision", ""), request.POST.get("outcome", "")
        services.review_decision(found, *said, actor=request.actor)
        messages.success(request, "The review is recorded. Tell the person what came of it, then close the request.")
        return self._back(found)

    def _request(self, request: HttpRequest, pk: uuid.UUID) -> SubjectRequest:
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        return get_object_or_404(SubjectRequest.objects.visible_to(request.user), pk=pk)

    def _back(self, found: SubjectRequest) -> HttpResponse:
        return redirect(reverse("admin:subjects_subjectrequest_change", args=[found.pk]))
