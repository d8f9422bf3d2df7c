"""The quarantine: what is not given out and why, another scan, and the file itself for who may open it."""

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from modelops.lib.admin import ReadOnlyAdmin
from modelops.lib.errors import DomainError
from modelops.lib.service_admin import form_page
from modelops.lib.templatetags.portal import pill

from . import services
from .keeping_back import PERMISSION
from .models import Inspection, ScanState, Verdict
from .quarantined import LONGEST_REASON, quarantined_response
from .templatetags.scanning import TONES


class StateFilter(admin.SimpleListFilter):
    """What is not given out, unless something else is asked for."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*ScanState.choices, ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        said = list(super().choices(changelist))
        said[0]["display"] = "Not given out"
        return said

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "all":
            return queryset
        return queryset.filter(state=self.value()) if self.value() in ScanState.values else queryset.held()


class OpeningForm(forms.Form):
    """Why a held file is opened, and which one of a folder."""

    reason = forms.CharField(max_length=LONGEST_REASON, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, data: Any, inspection: Inspection) -> None:
        super().__init__(data)
        version = inspection.version
        if version.is_directory and not inspection.is_variant:
            paths = version.files.order_by("path").values_list("path", flat=True)[:1000]
            self.fields["path"] = forms.ChoiceField(label="File", choices=[(each, each) for each in paths])


@admin.register(Inspection)
class InspectionAdmin(ReadOnlyAdmin):
    list_display = ["version", "state_mark", "cause", "found_format", "first_reason", "rules", "decided_at"]
    list_filter = [StateFilter, "cause", "is_variant"]
    list_select_related = ["version__model", "artifact"]
    search_fields = ["version__model__name", "reasons"]
    search_help_text = "Name of a model, or words of a reason"
    actions = ["scan_again"]
    fields = readonly_fields = [
        "version", "is_variant", "artifact", "state_mark", "cause", "found_format", "listed_reasons", "rules",
        "decided_at", "is_pending", "asked_at", "taken_away_at",
    ]  # fmt: skip
    change_form_template = "admin/scanning/inspection/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        again = self.admin_site.admin_view(require_POST(self.again))
        opened = self.admin_site.admin_view(self.open_file)
        return [
            path("<uuid:pk>/again/", again, name="scanning_inspection_again"),
            path("<uuid:pk>/open/", opened, name="scanning_inspection_open"),
            *super().get_urls(),
        ]

    @admin.action(description="Scan the selected files again", permissions=["scan"])
    def scan_again(self, request: HttpRequest, queryset: "QuerySet[Inspection]") -> None:
        asked = 0
        for inspection in queryset.select_related("version__model", "artifact")[:100]:
            services.ask(inspection, actor=request.actor)
            asked += 1
        self.message_user(request, f"{asked} files are being scanned.", messages.SUCCESS)

    def has_scan_permission(self, request: HttpRequest) -> bool:
        """Whether the person may have files scanned again."""
        return request.user.has_perm("scanning.change_inspection")

    def again(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Have one file scanned again."""
        if not self.has_scan_permission(request):
            raise PermissionDenied
        inspection = get_object_or_404(self.get_queryset(request).select_related("version__model", "artifact"), pk=pk)
        services.ask(inspection, actor=request.actor)
        messages.success(request, f"{inspection.version} is being scanned again.")
        return redirect("admin:scanning_inspection_change", pk)

    def open_file(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
        """Ask for the reason, then give the held file out."""
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        rows = self.get_queryset(request).select_related("version__model", "version__artifact", "artifact")
        inspection = get_object_or_404(rows, pk=pk)
        version = inspection.version
        form = OpeningForm(request.POST if request.method == "POST" else None, inspection)
        if form.is_valid():
            given = form.cleaned_data
            artifact = version.files.get(path=given["path"]).artifact if "path" in given else inspection.artifact
            try:
                return quarantined_response(request, version, artifact, given["reason"], actor=request.actor)
            except DomainError as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return form_page(
            self, request, form, lambda given: "", title=f"Open the quarantined file of {version}",
            lede="It may run code where it is loaded. The reason is recorded before the first byte, and the download "
            "ends in .quarantined, so that no program opens it by itself.",
            submit="Open the file", danger=True,
        )  # fmt: skip

    @admin.display(description="state", ordering="state")
    def state_mark(self, row: Inspection) -> str:
        """What holds now."""
        return pill(row.get_state_display(), TONES[ScanState(row.state)])

    @admin.display(description="first reason")
    def first_reason(self, row: Inspection) -> str:
        """The first sentence of why."""
        return row.reasons[0][:120] if row.reasons else ""

    @admin.display(description="reasons")
    def listed_reasons(self, row: Inspection) -> str:
        """All of them."""
        return "\n".join(row.reasons)


@admin.register(Verdict)
class VerdictAdmin(ReadOnlyAdmin):
    list_display = ["inspection", "path", "verdict", "found_format", "rules", "network", "seconds", "decided_at"]
    list_filter = ["verdict", "network"]
    list_select_related = ["inspection__version__model"]
    search_fields = ["inspection__version__model__name"]
    fields = readonly_fields = [
        "id", "inspection", "path", "artifact", "round", "verdict", "found_format", "reasons", "rules", "engine",
        "network", "limits", "seconds", "decided_at",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Verdict]":
        return super().get_queryset(request).filter(inspection__in=Inspection.objects.visible_to(request.user))
