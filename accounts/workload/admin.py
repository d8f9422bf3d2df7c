"""Trusted issuers, their rules and what came of them, in the admin. Every change needs a fresh second factor."""

import uuid
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.admin.acting import each
from accounts.services.step_up import require_fresh_factor
from modelops.lib.admin import ReadOnlyAdmin
from modelops.lib.service_admin import ServiceAddAdmin
from modelops.lib.templatetags.portal import pill

from . import keys
from .changing_page import changing_page
from .forms import ChangedRuleForm, IssuerForm, RuleForm
from .models import ExchangedToken, ExchangeRule, TrustedIssuer
from .services import checking, trust


class _TrustAdmin(ServiceAddAdmin):
    """What lets strangers in is changed by a person who shows a second factor just now."""

    edit_form: ClassVar[type[forms.Form]]
    change_form_template = "admin/workload/trusted.html"

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        """The form, behind a fresh second factor."""
        if self.has_add_permission(request):
            require_fresh_factor(request)
        return super().add_view(request, form_url, extra_context)

    def get_urls(self) -> list[URLPattern]:
        """With the page on which a row is changed."""
        edit = self.admin_site.admin_view(self.edit)
        name = f"{self.opts.app_label}_{self.opts.model_name}_edit"
        return [path("<uuid:pk>/edit/", edit, name=name), *super().get_urls()]

    def edit(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Change a row: what is typed, then what would change, then it is done."""
        if not self.has_steer_permission(request):
            raise PermissionDenied
        require_fresh_factor(request)
        return changing_page(self, request, get_object_or_404(self.model, pk=pk), self.edit_form)

    def has_steer_permission(self, request: HttpRequest) -> bool:
        """Whoever may change these."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    @admin.display(description="state")
    def state_pill(self, row: Any) -> str:
        """Whether it is in use."""
        return pill("In use", "good") if row.is_active else pill("Off", "quiet")


@admin.register(TrustedIssuer)
class TrustedIssuerAdmin(_TrustAdmin):
    """Issuers whose tokens of jobs are taken."""

    service_form = edit_form = IssuerForm
    service_title = "Trust an issuer"
    service_lede = "Its tokens open nothing until a rule says which jobs act as which service account."
    service_submit = "Trust this issuer"
    list_display = ["name", "issuer", "audience", "state_pill", "keys_from", "fetched_at"]
    search_fields = ["name", "issuer"]
    fields = readonly_fields = [
        "name", "issuer", "audience", "algorithms", "state_pill", "keys_from", "fetched_at", "created_at",
    ]  # fmt: skip
    actions = ["withdraw", "trust_again"]

    @admin.display(description="keys")
    def keys_from(self, row: TrustedIssuer) -> str:
        """Where its public keys come from, and how many there are."""
        found = row.pinned_keys or row.fetched_keys
        count = len(found["keys"]) if found else 0
        return f"{count} pinned" if row.pinned_keys is not None else f"{count} fetched"

    def perform(self, request: HttpRequest, given: dict[str, Any]) -> str:
        """Trust it, and look for its keys at once."""
        row = trust.add_issuer(**given, actor=request.actor)
        if row.pinned_keys is None and not keys.refresh(row, timezone.now()):
            return f"{row} is trusted. Its keys could not be fetched yet: the first job's token tries again."
        return f"{row} is trusted, and its keys are known. Add a rule next."

    @admin.action(description="Withdraw trust: its tokens end at once", permissions=["steer"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[TrustedIssuer]) -> None:
        """Take no more tokens of these issuers."""
        require_fresh_factor(request)
        each(self, request, queryset, lambda row: trust.set_issuer_active(row, False, actor=request.actor), "Withdrawn")

    @admin.action(description="Trust again", permissions=["steer"])
    def trust_again(self, request: HttpRequest, queryset: QuerySet[TrustedIssuer]) -> None:
        """Take tokens of these issuers again."""
        require_fresh_factor(request)
        each(self, request, queryset, lambda row: trust.set_issuer_active(row, True, actor=request.actor), "Trusted")


@admin.register(ExchangeRule)
class ExchangeRuleAdmin(_TrustAdmin):
    """Which jobs act as which service account."""

    service_form = RuleForm
    edit_form = ChangedRuleForm
    service_title = "Add an exchange rule"
    service_lede = "A job whose token fits every line gets a token of the service account, for some minutes."
    service_submit = "Add the rule"
    list_display = ["name", "issuer", "service", "shown_conditions", "minutes", "state_pill"]
    list_select_related = ["issuer", "service"]
    search_fields = ["name"]
    fields = readonly_fields = [
        "name", "issuer", "service", "shown_conditions", "scopes", "minutes", "state_pill", "created_at",
    ]  # fmt: skip
    actions = ["end_use", "use_again"]

    @admin.display(description="when the token says")
    def shown_conditions(self, row: ExchangeRule) -> str:
        """As they were typed."""
        return ", ".join(f"{claim} = {pattern}" for claim, pattern in sorted(row.conditions.items()))

    @admin.display(description="minutes")
    def minutes(self, row: ExchangeRule) -> str:
        """How long a token is good."""
        return f"{row.lifetime_s / 60:g}"

    def perform(self, request: HttpRequest, given: dict[str, Any]) -> str:
        """Add it."""
        given["lifetime_s"] = given.pop("minutes") * 60
        row = trust.add_rule(given.pop("issuer"), **given, actor=request.actor)
        return f"The rule {row} is in use: fitting jobs act as {row.service}."

    @admin.action(description="Use no longer: its tokens end at once", permissions=["steer"])
    def end_use(self, request: HttpRequest, queryset: QuerySet[ExchangeRule]) -> None:
        """Exchange no more tokens by these rules."""
        require_fresh_factor(request)
        each(self, request, queryset, lambda row: trust.set_rule_active(row, False, actor=request.actor), "Ended")

    @admin.action(description="Use again", permissions=["steer"])
    def use_again(self, request: HttpRequest, queryset: QuerySet[ExchangeRule]) -> None:
        """Exchange tokens by these rules again."""
        require_fresh_factor(request)
        each(self, request, queryset, lambda row: trust.set_rule_active(row, True, actor=request.actor), "In use")


TONES = {"live": "good", "expired": "quiet", "revoked": "quiet"}


@admin.register(ExchangedToken)
class ExchangedTokenAdmin(ReadOnlyAdmin):
    """What came of the tokens of jobs: who acts, for what, from where, until when."""

    list_display = ["source", "rule", "user", "state_pill", "created_at", "expires_at", "last_used_at"]
    list_select_related = ["rule", "user"]
    search_fields = ["source", "rule__name", "user__username"]
    fields = readonly_fields = [
        "source", "rule", "user", "scopes", "state_pill", "created_at", "expires_at", "last_used_at",
        "last_used_network", "revoked_at",
    ]  # fmt: skip
    actions = ["revoke"]

    @admin.display(description="state")
    def state_pill(self, row: ExchangedToken) -> str:
        """The state."""
        return pill(row.state.capitalize(), TONES[row.state])

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Whoever may change these."""
        return request.user.has_perm("workload.change_exchangedtoken")

    @admin.action(description="End", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ExchangedToken]) -> None:
        """Stop tokens with their next request."""
        count = checking.revoke_exchanged(queryset, actor=request.actor)
        self.message_user(request, f"Ended: {count}.")
