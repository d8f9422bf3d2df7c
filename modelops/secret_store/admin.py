"""Secrets in the admin: add, replace, delete. What is shown of one is when it was set and who uses it."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from modelops.lib.admin import ReadOnlyAdmin
from modelops.lib.errors import DomainError

from . import services
from .forms import SecretForm, SecretValueForm
from .models import StoredSecret

LIST = "admin:secret_store_storedsecret_changelist"
hides_values = method_decorator(sensitive_post_parameters("value"))


@admin.register(StoredSecret)
class StoredSecretAdmin(ReadOnlyAdmin):
    """The list and a page of facts; what changes a secret are views of its own over the services."""

    list_display = ["name", "purpose", "kind", "state", "set_at", "replaced_count", "last_used_at", "last_used_by"]
    search_fields = ["name", "purpose"]
    fields = readonly_fields = [
        "id", "name", "purpose", "kind", "reference", "state", "created_at", "set_at", "replaced_count", "last_used_at",
        "last_used_by", "who_uses_it",
    ]  # fmt: skip
    change_form_template = "admin/secret_store/storedsecret/secret.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("secret_store.add_storedsecret")

    def get_urls(self) -> list[URLPattern]:
        def at(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"secret_store_storedsecret_{name}")

        own = [
            at("<uuid:pk>/replace/", self.replace, "replace"),
            at("<uuid:pk>/remove/", self.remove, "remove"),
        ]
        return own + super().get_urls()

    @hides_values
    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        """A new secret."""
        _demand(request, "add")
        form = SecretForm(request.POST or None)
        if form.is_valid():
            try:
                secret = services.set_secret(**form.cleaned_data, actor=request.actor)
            except DomainError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, f"The secret {secret} is sealed. Its value is not shown again.")
                return redirect(LIST)
        return self._page(request, form, title="Add a secret", submit="Seal and save", back=reverse(LIST))

    @hides_values
    def replace(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Another value for a secret."""
        _demand(request, "change")
        secret = get_object_or_404(StoredSecret.objects.visible_to(request.user), pk=pk)
        form = SecretValueForm(request.POST or None)
        if form.is_valid():
            try:
                services.replace_secret(secret, **form.cleaned_data, actor=request.actor)
            except DomainError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, f"The secret {secret} has a new value. The old one is gone.")
                return redirect(_address(secret))
        lede = "Whoever uses the secret takes the new value from the next use on."
        return self._page(
            request, form, title=f"Replace {secret}", submit="Replace", back=_address(secret), lede=lede, secret=secret
        )

    def remove(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Delete a secret, after a page that asks."""
        _demand(request, "delete")
        secret = get_object_or_404(StoredSecret.objects.visible_to(request.user), pk=pk)
        if request.method == "POST":
            try:
                services.delete_secret(secret, actor=request.actor)
            except DomainError as refusal:
                messages.error(request, str(refusal))
                return redirect(_address(secret))
            messages.success(request, f"The secret {secret} is deleted.")
            return redirect(LIST)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Delete {secret}?",
            "secret": secret,
            "users": services.used_by(secret),
            "back": _address(secret),
        }
        return TemplateResponse(request, "admin/secret_store/storedsecret/remove.html", context)

    @admin.display(description="state")
    def state(self, secret: StoredSecret) -> str:
        """A row without a value or a reference cannot exist."""
        return "Set"

    @admin.display(description="used by")
    def who_uses_it(self, secret: StoredSecret) -> str:
        """Every row that refers to it."""
        return ", ".join(services.used_by(secret)) or "–"

    def _page(self, request: HttpRequest, form: SecretValueForm, *, title: str, **more: Any) -> TemplateResponse:
        status = 200
        if form.is_bound:
            status, form = 422, form.without_value()
        context = {**self.admin_site.each_context(request), "form": form, "title": title, **more}
        return TemplateResponse(request, "admin/secret_store/storedsecret/form.html", context, status=status)


def _demand(request: HttpRequest, verb: str) -> None:
    if not request.user.has_perm(f"secret_store.{verb}_storedsecret"):
        raise PermissionDenied


def _address(secret: StoredSecret) -> str:
    return reverse("admin:secret_store_storedsecret_change", args=[secret.pk])
