"""Admin pages on which a service adds something: the form collects, the service decides, its refusal is shown."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from .admin import ReadOnlyAdmin
from .errors import DomainError


class ServiceAddAdmin(ReadOnlyAdmin):
    """A `ReadOnlyAdmin` whose "Add" page calls a service. Nothing is saved by the admin itself."""

    service_form: ClassVar[type[forms.Form]]
    service_title: ClassVar[str]
    service_lede: ClassVar[str] = ""
    service_submit: ClassVar[str] = "Save"

    def perform(self, request: HttpRequest, given: dict[str, Any]) -> str:
        """Call the service with the cleaned fields; returns what to tell the person. DomainErrors go to the form."""
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.add_{self.opts.model_name}")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        """The form; a valid one is done and leads back to the list."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = self.service_form(request.POST if request.method == "POST" else None)
        return form_page(
            self,
            request,
            form,
            lambda given: self.perform(request, given),
            title=self.service_title,
            lede=self.service_lede,
            submit=self.service_submit,
        )


def form_page(
    model_admin: ReadOnlyAdmin, request: HttpRequest, form: forms.Form, perform: Any, *, title: str, **shown: Any
) -> HttpResponse:
    """One form around one service: shown, refused with the reason at the field, or done and back to the list."""
    back = reverse(f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_changelist")
    if form.is_valid():
        try:
            done = perform(form.cleaned_data)
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, done)
            return redirect(back)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "form": form,
        "back": back,
        "plural": model_admin.opts.verbose_name_plural,
        **shown,
    }
    return TemplateResponse(request, "admin/service_form.html", context, status=422 if form.is_bound else 200)
