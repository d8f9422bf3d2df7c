"""The admin's page of dependencies: packages, advisories and their age, files to import, and the bill of materials."""

import json

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from compliance.audit import record
from modelops.lib.errors import DomainError

from .audit_events import BILL_GIVEN
from .bill import bill_of
from .lock import locked
from .models import Imported, VulnerablePackage
from .services import import_advisories, import_scan
from .standing import lines, newest

VIEW, IMPORT = "audit.view_auditevent", "access.admin_system"
_CLOSED_SHOWN = 20
_MOST_LETTERS = 4_000_000


class ImportForm(forms.Form):
    """The content of a file and what it is. Larger ones come by the command, or by the folder."""

    kind = forms.ChoiceField(label="What it is", choices=Imported.choices)
    content = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=_MOST_LETTERS,
        help_text="OSV as JSON or lines; for a scan what pip-audit --format json writes. A ZIP, and what is larger, is "
        "imported by manage.py dependencies or left in the folder of advisories.",
    )
    ran_at = forms.DateTimeField(label="When the scan ran (UTC)", required=False, help_text="Without it: now.")


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """Routes under the admin's own."""
    return [
        path("dependencies/", site.admin_view(require_GET(dependencies_page)), name="dependencies"),
        path("dependencies/import/", site.admin_view(require_POST(import_file)), name="dependencies-import"),
        path("dependencies/sbom.json", site.admin_view(require_GET(bill)), name="dependencies-sbom"),
    ]


@permission_required(VIEW, raise_exception=True)
def dependencies_page(request: HttpRequest) -> HttpResponse:
    """What is in use and what is known of it."""
    return _page(request, ImportForm())


@permission_required(IMPORT, raise_exception=True)
def import_file(request: HttpRequest) -> HttpResponse:
    """Take a file in, all of it or nothing."""
    form = ImportForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    given = form.cleaned_data
    content, actor = given["content"].encode(), request.actor  # type: ignore[attr-defined]
    try:
        if given["kind"] == Imported.ADVISORIES:
            row = import_advisories(content, actor=actor)
        else:
            row = import_scan(content, given["ran_at"] or timezone.now(), actor=actor)
    except DomainError as refusal:
        field = {"file": "content"}.get(refusal.field or "", refusal.field)
        form.add_error(field if field in form.fields else None, str(refusal))
        return _page(request, form, 422)
    messages.success(request, f"{row.count} entries were read, the newest of {row.told_at:%Y-%m-%d %H:%M} UTC.")
    return redirect("admin:dependencies")


@permission_required(VIEW, raise_exception=True)
def bill(request: HttpRequest) -> HttpResponse:
    """The bill of materials as a file."""
    packages = locked()
    with transaction.atomic():
        record(BILL_GIVEN, None, actor=request.actor, packages=len(packages))  # type: ignore[attr-defined]
    answer = HttpResponse(
        json.dumps(bill_of(packages), indent=1) + "\n", content_type="application/vnd.cyclonedx+json; version=1.6"
    )
    answer["Content-Disposition"] = 'attachment; filename="modelops-portal.cdx.json"'
    return answer


def _page(request: HttpRequest, form: forms.Form, status: int = 200) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": "Dependencies",
        "lines": lines(),
        "advisories": newest(Imported.ADVISORIES),
        "scan": newest(Imported.SCAN),
        "closed": VulnerablePackage.objects.exclude(closed_at=None).order_by("-closed_at")[:_CLOSED_SHOWN],
        "form": form,
        "may_import": request.user.has_perm(IMPORT),
    }
    return TemplateResponse(request, "admin/dependencies.html", context, status=status)
