"""Storage locations in the admin: what lies there, whether it works, and what can be done about it."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from compliance.audit.history import timeline_page
from modelops.jobs.models import Job
from modelops.lib.admin import ReadOnlyAdmin
from modelops.lib.errors import DomainError
from modelops.lib.figures import byte_size, grouped
from modelops.lib.templatetags.portal import pill, state, when
from registry.replication import changes
from registry.replication.asking import ask_to_compare, ask_to_fill
from registry.replication.figures import last_finished, with_usage
from registry.replication.storage_report import storage_report

from .forms import LocationChangeForm, LocationForm
from .models import ForeignFile, Reconciliation, StorageLocation
from .store import stores

LIST = "admin:locations_storagelocation_changelist"
_CHANGE, _TEST = "change_storagelocation", "test_storagelocation"


@admin.register(StorageLocation)
class StorageLocationAdmin(ReadOnlyAdmin):
    """The list and a page of facts; what changes a location are views of its own over the services."""

    list_display = ["name", "kind_label", "state_mark", "role", "files", "space", "gaps", "last_comparison", "tested"]
    fields = readonly_fields = [
        "id", "name", "kind_label", "state_mark", "role", "region", "options", "secret", "lock_days", "files", "space",
        "gaps", "tested", "probe_result", "last_comparison", "created_at",
    ]  # fmt: skip
    change_form_template = "admin/locations/storagelocation/location.html"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[StorageLocation]":
        runs = Prefetch("reconciliations", queryset=last_finished(), to_attr="last_runs")
        return with_usage(super().get_queryset(request)).select_related("secret").prefetch_related(runs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("locations.add_storagelocation")

    def get_urls(self) -> list[URLPattern]:
        def at(action: str, view: Callable[..., HttpResponse]) -> URLPattern:
            return path(
                f"<uuid:pk>/{action}/", self.admin_site.admin_view(view), name=f"locations_storagelocation_{action}"
            )

        own = [
            at("test", require_POST(self.test)),
            at("primary", require_POST(self.primary)),
            at("disable", require_POST(self.disable)),
            at("enable", require_POST(self.enable)),
            at("backfill", require_POST(self.backfill)),
            at("reconcile", require_POST(self.reconcile)),
            at("edit", self.edit),
        ]
        return own + super().get_urls()

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        """A new location."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = LocationForm(request.POST or None)
        if form.is_valid():
            try:
                location = changes.add_location(**form.cleaned_data, actor=request.actor)
            except DomainError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, f"{location} is added. Test the connection; a job copies the files there.")
                return redirect(_address(location))
        lede = "Sealed files are copied there as they are; the location sees neither keys nor plaintext."
        return self._form(request, form, "Add a storage location", "Add", reverse(LIST), lede)

    def edit(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Other options, another secret, a longer lock."""
        location = self._location(request, pk, _CHANGE)
        initial = {"options": location.options, "secret": location.secret, "lock_days": location.lock_days}
        form = LocationChangeForm(request.POST or None, initial=initial)
        if form.is_valid():
            try:
                changes.change_location(location, **form.cleaned_data, actor=request.actor)
            except DomainError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, f"{location} is changed. Test the connection.")
                return redirect(_address(location))
        return self._form(request, form, f"Change {location}", "Save", _address(location), "")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            pk = uuid.UUID(object_id)
        except ValueError:
            raise Http404 from None
        more = {
            "timeline": timeline_page(request, ("locations.storagelocation", str(pk))),
            "runs": Reconciliation.objects.filter(location=pk)[:5],
            "foreign": ForeignFile.objects.filter(location=pk)[:20],
            "job": Job.objects.filter(target_type="locations.storagelocation", target_id=str(pk)).first(),
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def test(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Write, read and remove a small file."""
        location = self._location(request, pk, _TEST)
        works, text, _ = changes.test_location(location, actor=request.actor)
        (messages.success if works else messages.error)(request, f"{location}: {text}")
        return redirect(_address(location))

    def primary(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """New files go there."""
        return self._act(request, pk, changes.set_primary, "{} takes new files from now on.")

    def disable(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """No more copies are made there."""
        return self._act(request, pk, changes.disable, "{} is disabled.")

    def enable(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Copies are made there again."""
        return self._act(request, pk, changes.enable, "{} is enabled; a job fills what it missed.")

    def backfill(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Make every copy that is missing there."""
        return self._act(request, pk, ask_to_fill, "A job makes the copies that are missing in {}.")

    def reconcile(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Compare what lies there with the rows."""
        return self._act(request, pk, ask_to_compare, "A job compares {} with the rows.")

    @admin.display(description="kind")
    def kind_label(self, location: StorageLocation) -> str:
        return stores.get(location.kind).label

    @admin.display(description="state")
    def state_mark(self, location: StorageLocation) -> SafeString:
        return state(location.state, location.state.capitalize())

    @admin.display(description="takes new files")
    def role(self, location: StorageLocation) -> str:
        return pill("Primary", "info", "up") if location.is_primary else "–"

    @admin.display(description="files")
    def files(self, location: StorageLocation) -> str:
        return grouped(location.stored_files)  # type: ignore[attr-defined]

    @admin.display(description="space")
    def space(self, location: StorageLocation) -> str:
        return byte_size(location.stored_bytes)  # type: ignore[attr-defined]

    @admin.display(description="gaps")
    def gaps(self, location: StorageLocation) -> SafeString:
        """Copies that are to be made, and those that are missing or damaged."""
        waiting, bad = location.waiting_files, location.bad_files  # type: ignore[attr-defined]
        if not waiting and not bad:
            return pill("None", "good", "passed")
        words = [f"{grouped(waiting)} to copy"] * bool(waiting) + [f"{grouped(bad)} bad"] * bool(bad)
        return pill(", ".join(words), "bad" if bad else "warn", "warning")

    @admin.display(description="last comparison")
    def last_comparison(self, location: StorageLocation) -> SafeString:
        """Orphans, missing and foreign files of the last nightly comparison."""
        runs: list[Reconciliation] = location.last_runs  # type: ignore[attr-defined]
        if not runs:
            return when(None)
        run = runs[0]
        bad = run.missing + run.plaintext + run.wrong_size
        words = f"{run.orphans} orphaned, {run.missing} missing, {run.plaintext} not sealed"
        return format_html("{} {}", pill(words, "bad" if bad else "good"), when(run.finished_at))

    @admin.display(description="last test")
    def tested(self, location: StorageLocation) -> SafeString:
        took = f"{location.probe_ms} ms, " if location.probe_ms is not None else ""
        return format_html("{}{}", took, when(location.probed_at))

    def _location(self, request: HttpRequest, pk: uuid.UUID, permission: str) -> StorageLocation:
        if not request.user.has_perm(f"locations.{permission}"):
            raise PermissionDenied
        return get_object_or_404(StorageLocation.objects.visible_to(request.user).select_related("secret"), pk=pk)

    def _act(self, request: HttpRequest, pk: uuid.UUID, act: Callable[..., Any], done: str) -> HttpResponse:
        location = self._location(request, pk, _CHANGE)
        try:
            act(location, actor=request.actor)
        except DomainError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, done.format(location))
        return redirect(_address(location))

    def _form(
        self, request: HttpRequest, form: LocationChangeForm, title: str, submit: str, back: str, lede: str
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "form": form, "title": title, "submit": submit, "back": back, "lede": lede, "plural": "storage locations",
        }  # fmt: skip
        return TemplateResponse(request, "admin/service_form.html", context, status=422 if form.is_bound else 200)


def _address(location: StorageLocation) -> str:
    return reverse("admin:locations_storagelocation_change", args=[location.pk])


@admin.register(ForeignFile)
class ForeignFileAdmin(ReadOnlyAdmin):
    list_display = ["name", "location", "size", "first_seen_at", "last_seen_at"]
    list_select_related = ["location"]
    list_filter = ["location"]


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin):
    list_display = [
        "location", "started_at", "finished_at", "objects_found", "orphans", "swept", "missing", "wrong_size",
        "plaintext",
    ]  # fmt: skip
    list_select_related = ["location"]
    list_filter = ["location"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_safe(self.report))
        return [path("report/", view, name="locations_reconciliation_report"), *super().get_urls()]

    def report(self, request: HttpRequest) -> HttpResponse:
        """Orphans, duplicates, bytes of each model, and what is purged when."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {**self.admin_site.each_context(request), "title": "Storage report"}
        context["report"] = storage_report(request.user)
        return TemplateResponse(request, "admin/locations/reconciliation/report.html", context)
