"""Promotions and policies in the admin: to read, and to ask, decide and set past the same services as everywhere."""

import uuid
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path

from modelops.lib.admin import ReadOnlyAdmin
from modelops.lib.errors import Invalid
from modelops.lib.service_admin import ServiceAddAdmin, form_page
from modelops.lib.templatetags.portal import state
from registry.grants.gate import require_change
from registry.models import ModelVersion, RegisteredModel
from registry.seeing import open_to

from . import deciding, policies, requesting
from .approvers import APPROVE
from .forms import AskForm, DecisionForm, PolicyOfModelForm
from .models import Promotion, PromotionApproval, PromotionPolicy, State


@admin.register(Promotion)
class PromotionAdmin(ServiceAddAdmin):
    list_display = ["__str__", "state_mark", "kind", "approvals_needed", "created_at", "decided_at"]
    list_filter = ["state", "kind", "alias"]
    list_select_related = ["model"]
    search_fields = ["model__name", "alias"]
    fields = readonly_fields = [
        "id", "model", "number", "alias", "from_number", "kind", "state_mark", "reason", "override_reason",
        "approvals_needed", "gates", "final_gates", "payload", "payload_digest", "requester_kind", "requester_ref",
        "created_at", "expires_at", "decided_at", "decision_reason",
    ]  # fmt: skip
    change_form_template = "admin/promotion/promotion/promotion.html"
    service_form = AskForm
    service_title = "Ask for a promotion"
    service_lede = "A protected alias moves when every gate lets the version pass and others have approved."
    service_submit = "Ask for approval"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.decide)
        return [path("<uuid:pk>/decide/", view, name="promotion_promotion_decide"), *super().get_urls()]

    def perform(self, request: HttpRequest, given: dict[str, Any]) -> str:
        versions = ModelVersion.objects.visible_to(request.user).select_related("model")
        version = versions.filter(model__name=given["model"], number=given["version"]).first()
        if version is None:
            raise Invalid("There is no such version that you may see.", code="version.not_found", field="version")
        require_change(request, version.model)
        said = {name: given[name] for name in ("reason", "override_reason")}
        promotion = requesting.request(version, given["alias"], **said, actor=request.actor)
        return f"Asked for. {promotion.approvals_needed} others have to approve it."

    def decide(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Approve, reject or withdraw."""
        may = request.user.has_perm(APPROVE) or request.user.has_perm("promotion.add_promotion")
        if not may:
            raise PermissionDenied
        promotion = get_object_or_404(self.get_queryset(request).select_related("model"), pk=pk)

        def perform(given: dict[str, Any]) -> str:
            return _decide(request, promotion, given)

        form = DecisionForm(request.POST if request.method == "POST" else None)
        lede = f"What is approved: {promotion}, digest {promotion.payload_digest}. The gates answer once more."
        return form_page(self, request, form, perform, title=f"Decide about {promotion}", lede=lede, submit="Decide")

    @admin.display(description="state", ordering="state")
    def state_mark(self, row: Promotion) -> str:
        """How it stands."""
        return state(row.state, row.get_state_display())


def _decide(request: HttpRequest, promotion: Promotion, given: dict[str, Any]) -> str:
    decision = given["decision"]
    needed = "promotion.add_promotion" if decision == "withdraw" else APPROVE
    if not request.user.has_perm(needed):
        raise PermissionDenied
    if decision == "withdraw":
        requesting.withdraw(promotion, actor=request.actor)
        return "The request is withdrawn."
    if decision == "reject":
        deciding.reject(promotion, given["reason"], actor=request.actor)
        return "Rejected. Who asked for it is told why."
    done = deciding.approve(promotion, digest=promotion.payload_digest, actor=request.actor)
    if done.state == State.EXECUTED:
        return f"Approved. {done.alias} of {done.model} points at version {done.number} now."
    return "Approved. It waits for somebody else."


@admin.register(PromotionApproval)
class PromotionApprovalAdmin(ReadOnlyAdmin):
    list_display = ["promotion", "approver_ref", "approved_at"]
    list_select_related = ["promotion__model"]
    search_fields = ["promotion__model__name", "approver_ref"]
    fields = readonly_fields = ["promotion", "approver_ref", "payload_digest", "approved_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PromotionApproval]:
        return super().get_queryset(request).filter(open_to(request.user, "model", "promotion__model"))


@admin.register(PromotionPolicy)
class PromotionPolicyAdmin(ServiceAddAdmin):
    list_display = ["model", "revision", "approvals", "min_quality", "metric_tolerance", "requires_card", "set_at"]
    list_select_related = ["model"]
    search_fields = ["model__name"]
    fields = readonly_fields = [
        "model", "revision", "approvals", "alias_approvals", "min_quality", "metric_tolerance", "requires_card",
        "blocks_on_alerts", "provenance_issuers", "set_at",
    ]  # fmt: skip
    service_form = PolicyOfModelForm
    service_title = "Set a promotion policy"
    service_lede = "It replaces the policy of the model as its next revision; requests that wait are outdated by it."
    service_submit = "Put it in force"

    def get_queryset(self, request: HttpRequest) -> QuerySet[PromotionPolicy]:
        return super().get_queryset(request).filter(open_to(request.user, "model", "model"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("promotion.change_promotionpolicy")

    def perform(self, request: HttpRequest, given: dict[str, Any]) -> str:
        model = RegisteredModel.objects.visible_to(request.user).filter(name=given["model"]).first()
        if model is None:
            raise Invalid("There is no such model that you may see.", code="model.not_found", field="model")
        said = {name: value for name, value in given.items() if name != "model"}
        found = policies.set_policy(model, policies.Policy(**said), actor=request.actor)
        return f"Revision {found.revision} is the policy of {model}."
