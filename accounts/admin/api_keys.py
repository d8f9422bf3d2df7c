"""API keys in the admin: to read, to revoke, and to issue for service accounts."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from accounts import services
from accounts.api_key_forms import ApiKeyForm
from accounts.models import ApiKey, User
from accounts.services.step_up import require_fresh_factor
from modelops.lib.admin import ReadOnlyAdmin
from modelops.lib.errors import DomainError

from .acting import each
from .state_column import StateColumn


class ServiceKeyForm(ApiKeyForm):
    """A key of a service account, which cannot sign in to issue its own."""

    owner = forms.ModelChoiceField(
        User.objects.filter(is_service=True, is_active=True),
        help_text="A service; people issue their own.",
    )
    field_order = ["owner", "name", "access", "objects", "networks", "days"]


@admin.register(ApiKey)
class ApiKeyAdmin(StateColumn, ReadOnlyAdmin):
    """API keys; the secret was shown once and is not kept."""

    list_display = [
        "name", "owner", "public_id", "state_pill", "last_used_at", "last_used_network", "expires_at",
    ]  # fmt: skip
    list_select_related = ["owner"]
    list_filter = ["owner__is_service"]
    search_fields = ["name", "owner__username", "public_id"]
    fields = readonly_fields = [
        "name", "owner", "public_id", "scopes", "networks", "state_pill", "replaces", "created_at", "last_used_at",
        "last_used_network", "expires_at", "revoked_at",
    ]  # fmt: skip
    actions = ["revoke"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        """What this person may see."""
        return ApiKey.objects.visible_to(request.user).select_related("owner")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever may change API keys issues those of services."""
        return self.has_revoke_permission(request)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Issue a key of a service account; the answer shows it, this once. Needs a fresh second factor."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        require_fresh_factor(request)
        form = ServiceKeyForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            owner = form.cleaned_data["owner"]
            try:
                key, text = services.issue_api_key(owner, **form.wanted(owner), actor=request.actor)
            except DomainError as error:
                field = {"scopes": "objects"}.get(error.field or "", error.field)
                form.add_error(field if field in form.fields else None, error.message)
            else:
                return self._page(request, "admin/accounts/issued_api_key.html", issued=text, issued_key=key)
        lede = "A pipeline that can show a token of its own needs no key: see Exchange rules."
        more = {"form": form, "submit": "Issue key", "lede": lede}
        return self._page(request, "admin/service_form.html", status=422 if form.is_bound else 200, **more)

    def _page(self, request: HttpRequest, template: str, *, status: int = 200, **more: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Issue an API key for a service",
            "back": reverse("admin:accounts_apikey_changelist"),
            "plural": self.opts.verbose_name_plural,
            **more,
        }
        answer = TemplateResponse(request, template, context, status=status)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Whoever may change API keys."""
        return request.user.has_perm("accounts.change_apikey")

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """Stop keys with their next request."""
        each(self, request, queryset, lambda row: services.revoke_api_key(row, actor=request.actor), "Revoked")
