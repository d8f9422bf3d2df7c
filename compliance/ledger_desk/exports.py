"""Files and figures of the ledger: the page in the admin, what it gives out, and the program that checks files."""

from pathlib import Path
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST

from compliance.audit.events import event_classes
from compliance.audit.exporting import export, report, verify_audit
from compliance.audit.exporting import forms as file_forms
from compliance.audit.exporting.period import Period, moment
from compliance.audit.exporting.selection import LONGEST, read_selection
from compliance.audit.exporting.signing import key_file
from compliance.audit.models import Outcome
from compliance.audit.sealing.models import Checkpoint
from modelops.lib.errors import Invalid

from .second_factor import require

NEEDED = "audit_streaming.export_auditevent"
VIEW = "audit.view_auditevent"
PROGRAM = Path(verify_audit.__file__)


class ExportForm(forms.Form):
    """Which rows, in which form. Names are those of the command and of the REST interface, but for "from" and "to"."""

    since = forms.CharField(
        label="From",
        required=False,
        max_length=40,
        help_text="Inclusive. 2026-03-01 is its midnight in UTC; a time says its zone: 2026-03-01T08:00:00+01:00.",
    )
    until = forms.CharField(label="To", required=False, max_length=40, help_text="Exclusive.")
    category = forms.ChoiceField(required=False, choices=[])
    outcome = forms.ChoiceField(required=False, choices=[("", "any"), *Outcome.choices])
    action = forms.CharField(required=False, max_length=100, help_text="As registry.model.registered.")
    actor = forms.CharField(required=False, max_length=LONGEST, help_text="An account's id, or system:NAME.")
    object = forms.CharField(required=False, max_length=LONGEST, help_text="An id, or its type and id with a colon.")
    form = forms.ChoiceField(label="Format", choices=list(file_forms.LABELS.items()))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = sorted({event.category for event in event_classes().values()})
        self.fields["category"].choices = [("", "all"), *((name, name) for name in names)]  # type: ignore[attr-defined]


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """Routes under the admin's own."""
    return [
        path("ledger/exports/", site.admin_view(require_GET(exports_page)), name="ledger-exports"),
        path("ledger/exports/file/", site.admin_view(require_POST(export_file)), name="ledger-export-file"),
        path("ledger/exports/keys.txt", site.admin_view(require_GET(keys_file)), name="ledger-export-keys"),
        path("ledger/exports/verify_audit.py", site.admin_view(require_GET(program)), name="ledger-export-program"),
        path("ledger/report/", site.admin_view(require_GET(report_page)), name="ledger-report"),
        path("ledger/report/file/", site.admin_view(require_POST(report_file)), name="ledger-report-file"),
    ]


@permission_required(NEEDED, raise_exception=True)
def exports_page(request: HttpRequest) -> HttpResponse:
    """The form, and how a file is checked."""
    return _exports_page(request, ExportForm())


@permission_required(NEEDED, raise_exception=True)
def export_file(request: HttpRequest) -> HttpResponseBase:
    """The file, recorded and then streamed; the form again where it cannot be read."""
    form = ExportForm(request.POST)
    if not form.is_valid():
        return _exports_page(request, form)
    given = {name: str(value) for name, value in form.cleaned_data.items()}
    try:
        selection = read_selection({**given, "from": given["since"], "to": given["until"]})
    except Invalid as refusal:
        field = {"from": "since", "to": "until"}.get(refusal.field, refusal.field)
        form.add_error(field if field in form.fields else None, str(refusal))
        return _exports_page(request, form)
    require(request)
    return streamed(export.begin_export(selection, given["form"], actor=request.actor))  # type: ignore[attr-defined]


def streamed(file: export.Export) -> StreamingHttpResponse:
    """The file as an answer that is sent while it is made."""
    response = StreamingHttpResponse(file.pieces, content_type=file.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@permission_required(VIEW, raise_exception=True)
def keys_file(request: HttpRequest) -> HttpResponse:
    """The public keys that files are checked with."""
    response = HttpResponse(key_file(), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="modelops-audit-keys.txt"'
    return response


@permission_required(VIEW, raise_exception=True)
def program(request: HttpRequest) -> FileResponse:
    """The program that checks a file without the portal."""
    return FileResponse(PROGRAM.open("rb"), as_attachment=True, filename=PROGRAM.name, content_type="text/x-python")


@permission_required(VIEW, raise_exception=True)
def report_page(request: HttpRequest) -> HttpResponse:
    """Figures of a period."""
    asked = {"since": request.GET.get("since", ""), "until": request.GET.get("until", "")}
    context: dict[str, Any] = {**admin.site.each_context(request), "title": "Report of the ledger", "asked": asked}
    try:
        period = Period(moment(asked["since"], "from"), moment(asked["until"], "to"))
    except Invalid as refusal:
        context["refusal"] = str(refusal)
        return TemplateResponse(request, "admin/ledger/report.html", context, status=422)
    context["report"] = report.make_report(period, actor=request.actor)  # type: ignore[attr-defined]
    return TemplateResponse(request, "admin/ledger/report.html", context)


@permission_required(NEEDED, raise_exception=True)
def report_file(request: HttpRequest) -> HttpResponse:
    """The same figures, signed."""
    period = Period(moment(request.POST.get("since", ""), "from"), moment(request.POST.get("until", ""), "to"))
    return told_report(period, request.POST.get("form", "csv"), request)


def told_report(period: Period, form: str, request: Any) -> HttpResponse:
    """Figures as a file that is signed at its end. Raises Invalid for an unknown form."""
    file_forms.require_form(form, report.MEDIA)
    figures = report.make_report(period, actor=request.actor, form=form)
    response = HttpResponse(b"".join(report.as_file(figures, form)), content_type=report.MEDIA[form])
    response.headers["Content-Disposition"] = f'attachment; filename="audit-report.{form}"'
    return response


def _exports_page(request: HttpRequest, form: ExportForm) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": "Export the ledger",
        "form": form,
        "checkpoint": Checkpoint.objects.first(),
    }
    return TemplateResponse(request, "admin/ledger/exports.html", context, status=422 if form.is_bound else 200)
