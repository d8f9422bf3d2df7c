"""Admin pages of one row: its facts, and what may be done with it, each as a form around one service."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from .errors import DomainError
from .service_admin import ServiceAddAdmin

Perform = Callable[..., str]


class NothingMore(forms.Form):
    """An act that needs no field."""


@dataclass(frozen=True)
class Act:
    """One thing to do with a row.

    ``perform(row, given, actor=)`` calls a service and returns what to tell the person; ``offered(row)`` says whether
    the row is in a state for it. The service decides whatever the page has offered.
    """

    name: str
    label: str
    permission: str
    perform: Perform
    form: type[forms.Form] = NothingMore
    offered: Callable[[Any], bool] = lambda row: True
    help: str = ""
    is_danger: bool = False


@dataclass(frozen=True)
class Shown:
    """A table on the page of a row."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Any]] = field(default_factory=list)
    empty: str = "Nothing yet."
    more: tuple[str, str] | None = None  # what leads on, and where to


class ActingAdmin(ServiceAddAdmin):
    """A `ServiceAddAdmin` whose rows have a page with facts, tables, acts and what the ledger has of them."""

    acts: ClassVar[tuple[Act, ...]] = ()
    lede: ClassVar[str] = ""

    def facts(self, row: Any) -> Iterable[tuple[str, Any]]:
        """What the page says of the row, as pairs of a label and a value."""
        raise NotImplementedError

    def tables(self, row: Any) -> Iterable[Shown]:
        """Tables below the facts."""
        return ()

    def history(self, request: HttpRequest, row: Any) -> Any:
        """The rows of the ledger about it, for ``patterns/history.html``; the apps above know how to read it."""
        return None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return hasattr(type(self), "service_form") and super().has_add_permission(request)

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path(
                f"<uuid:pk>/{act.name}/",
                self.admin_site.admin_view(require_POST(self._doing(act))),
                name=f"{name}_{act.name.replace('-', '_')}",
            )
            for act in self.acts
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "POST":
            raise PermissionDenied  # what may be done has addresses of its own
        return self._page(request, self._find(request, object_id))

    def _find(self, request: HttpRequest, object_id: str) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return row

    def _doing(self, act: Act) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, pk: Any) -> HttpResponse:
            if not request.user.has_perm(act.permission):
                raise PermissionDenied
            row = self._find(request, str(pk))
            form = act.form(request.POST, prefix=act.name)
            if form.is_valid():
                try:
                    done = act.perform(row, form.cleaned_data, actor=request.actor)  # type: ignore[attr-defined]
                except DomainError as refusal:
                    if refusal.leads_to:
                        raise
                    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
                else:
                    messages.success(request, done)
                    return redirect(self.address(row))
            return self._page(request, row, {act.name: form}, 422)

        return view

    def address(self, row: Any) -> str:
        """The page of the row."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    def _page(
        self, request: HttpRequest, row: Any, bound: dict[str, forms.Form] | None = None, status: int = 200
    ) -> HttpResponse:
        bound = bound or {}
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        offered = [
            {
                "act": act,
                "form": bound.get(act.name) or act.form(prefix=act.name),
                "address": reverse(f"{name}_{act.name.replace('-', '_')}", args=[row.pk]),
            }
            for act in self.acts
            if request.user.has_perm(act.permission) and (act.offered(row) or act.name in bound)
        ]
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "app_label": self.opts.app_label,
            "title": str(row),
            "original": row,
            "plural": self.opts.verbose_name_plural,
            "back": reverse(f"{name}_changelist"),
            "lede": self.lede,
            "facts": list(self.facts(row)),
            "tables": list(self.tables(row)),
            "offered": offered,
            "timeline": self.history(request, row),
        }
        return TemplateResponse(request, "admin/acting.html", context, status=status)
