"""Deployment endpoints in the admin: recorded, changed, looked at."""

import uuid
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path

from accounts.admin.acting import each
from modelops.lib.errors import Invalid
from modelops.lib.service_admin import ServiceAddAdmin, form_page
from modelops.lib.templatetags.portal import pill

from . import services
from .forms import EndpointChangeForm, EndpointForm, find_model
from .models import DeploymentEndpoint, Verdict

_TONES = {
    Verdict.NEVER: "quiet",
    Verdict.REFUSED: "good",
    Verdict.OPEN: "bad",
    Verdict.UNCLEAR: "quiet",
    Verdict.UNREACHABLE: "quiet",
}


@admin.register(DeploymentEndpoint)
class DeploymentEndpointAdmin(ServiceAddAdmin):
    """What is recorded is changed through the services; what was seen is read."""

    service_form = EndpointForm
    service_title = "Record a deployment endpoint"
    service_lede = "The portal asks it once an hour without any credential and tells when it answers."
    service_submit = "Record the endpoint"
    change_form_template = "admin/endpoints/endpoint.html"
    list_display = [
        "name",
        "model",
        "version_number",
        "authentication",
        "is_required",
        "is_role_based",
        "seen",
        "probed_at",
    ]
    list_filter = ["authentication", "is_required", "is_role_based"]
    list_select_related = ["model"]
    search_fields = ["name", "model__name"]
    fields = readonly_fields = [
        "name", "model", "version_number", "url", "authentication", "is_required", "is_role_based", "seen", "answer",
        "problem", "probed_at", "created_at",
    ]  # fmt: skip
    actions = ["look", "remove"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Of models that are there."""
        rows: QuerySet[Any] = super().get_queryset(request).filter(model__deleted_at=None)
        return rows

    def get_urls(self) -> list[URLPattern]:
        """With the page on which a row is changed."""
        edit = self.admin_site.admin_view(self.edit)
        return [path("<uuid:pk>/edit/", edit, name="endpoints_deploymentendpoint_edit"), *super().get_urls()]

    def perform(self, request: HttpRequest, given: dict[str, Any]) -> str:
        """Record it."""
        name = given.pop("model")
        model = find_model(request.user, name)
        if model is None:
            raise Invalid(f"There is no model named {name}.", code="endpoint.no_model", field="model")
        row = services.add_endpoint(model, **given, actor=request.actor)  # type: ignore[attr-defined]
        return f"{row} is recorded. It is looked at within five minutes."

    def edit(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Change what is recorded."""
        if not self.has_steer_permission(request):
            raise PermissionDenied
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        shown = EndpointChangeForm(request.POST) if request.method == "POST" else None
        form = shown or EndpointChangeForm(initial=EndpointChangeForm.typed(row))

        def perform(given: dict[str, Any]) -> str:
            services.change_endpoint(row.pk, **given, actor=request.actor)  # type: ignore[attr-defined]
            return f"{given['name']} is changed."

        return form_page(self, request, form, perform, title=f"Change {row}", submit="Save the changes")

    def has_steer_permission(self, request: HttpRequest) -> bool:
        """Whoever may change these."""
        return request.user.has_perm("endpoints.change_deploymentendpoint")

    def has_remove_permission(self, request: HttpRequest) -> bool:
        """Whoever may delete these."""
        return request.user.has_perm("endpoints.delete_deploymentendpoint")

    @admin.display(description="without a credential")
    def seen(self, row: DeploymentEndpoint) -> str:
        """What the last look has shown."""
        tone = "quiet" if row.verdict is Verdict.OPEN and not row.is_exposed else _TONES[row.verdict]
        return pill(row.verdict.label, tone)

    @admin.action(description="Look at them now", permissions=["steer"])
    def look(self, request: HttpRequest, queryset: QuerySet[DeploymentEndpoint]) -> None:
        """Ask the chosen endpoints without a credential."""
        each(self, request, queryset, lambda row: services.probe(row, actor=request.actor), "Looked at")  # type: ignore[attr-defined]

    @admin.action(description="Remove from the list", permissions=["remove"])
    def remove(self, request: HttpRequest, queryset: QuerySet[DeploymentEndpoint]) -> None:
        """Remove the chosen records."""
        each(self, request, queryset, lambda row: services.remove_endpoint(row, actor=request.actor), "Removed")  # type: ignore[attr-defined]
