"""The admin's page of evidence: figures, articles with where they are met, and the pack of a period."""

from django import forms
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from compliance.audit.exporting.period import Period, moment
from compliance.posture.looking import by_area, look_at_all
from modelops.lib.errors import Invalid

from .catalogue_pages import ADD, catalogue_page, import_page
from .frameworks import DEMANDS, ISO_27001
from .kpis import kpis
from .mapping import answered, as_csv
from .models import ControlCatalogue
from .pack import make_pack, quarter_before

VIEW, EXPORT = "audit.view_auditevent", "access.export"


class PeriodForm(forms.Form):
    """From when to when."""

    since = forms.CharField(label="From", max_length=40, help_text="Inclusive; 2026-07-01 is its midnight in UTC.")
    until = forms.CharField(label="To", max_length=40, help_text="Exclusive.")


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """Routes under the admin's own."""
    return [
        path("evidence/", site.admin_view(require_GET(evidence_page)), name="evidence"),
        path("evidence/framework.csv", site.admin_view(require_GET(framework_file)), name="evidence-framework"),
        path(
            "evidence/frameworks/import/",
            site.admin_view(require_http_methods(["GET", "POST"])(import_page)),
            name="evidence-import",
        ),
        path(
            "evidence/frameworks/<slug:slug>/", site.admin_view(require_GET(catalogue_page)), name="evidence-catalogue"
        ),
        path("evidence/checklist/", site.admin_view(require_GET(checklist)), name="checklist"),
        path("evidence/pack/", site.admin_view(require_POST(evidence_pack)), name="evidence-pack"),
    ]


@permission_required(VIEW, raise_exception=True)
def evidence_page(request: HttpRequest) -> HttpResponse:
    """Figures of now, and a form that has the last quarter in it."""
    since, until = quarter_before(timezone.now())
    return _page(request, PeriodForm(initial={"since": f"{since:%Y-%m-%d}", "until": f"{until:%Y-%m-%d}"}))


@permission_required(EXPORT, raise_exception=True)
def framework_file(request: HttpRequest) -> HttpResponse:
    """A framework's articles or controls with their state, their evidence and its date."""
    framework = request.GET.get("framework", ISO_27001)
    answer = HttpResponse(as_csv(answered(framework)), content_type="text/csv; charset=utf-8")
    name = slugify(framework)
    answer["Content-Disposition"] = f'attachment; filename="{name}-{timezone.now():%Y%m%d}.csv"'
    return answer


@permission_required(VIEW, raise_exception=True)
def checklist(request: HttpRequest) -> HttpResponse:
    """Good practice as the posture's own controls: what is done, and what is to be done where it is not."""
    seen = look_at_all()
    asked = [one for one in seen if one.outcome.applies]
    context = {
        **admin.site.each_context(request),
        "title": "Checklist",
        "areas": by_area(seen),
        "done": sum(one.outcome.passed for one in asked),
        "total": len(asked),
    }
    return TemplateResponse(request, "admin/checklist.html", context)


@permission_required(EXPORT, raise_exception=True)
def evidence_pack(request: HttpRequest) -> HttpResponse:
    """The file."""
    form = PeriodForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    try:
        period = Period(moment(form.cleaned_data["since"], "since"), moment(form.cleaned_data["until"], "until"))
        content = make_pack(period, actor=request.actor)  # type: ignore[attr-defined]
    except Invalid as refusal:
        form.add_error({"from": "since", "to": "until"}.get(refusal.field or "", refusal.field), str(refusal))
        return _page(request, form, 422)
    answer = HttpResponse(content, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="evidence-{period.since:%Y%m%d}-{period.until:%Y%m%d}.zip"'
    return answer


def _page(request: HttpRequest, form: forms.Form, status: int = 200) -> HttpResponse:
    seen = look_at_all()
    failing = {one.control.area for one in seen if one.outcome.applies and not one.outcome.passed}
    demands = [(one, reverse(one.page), sorted(failing & set(one.areas))) for one in DEMANDS]
    context = {
        **admin.site.each_context(request),
        "title": "Evidence",
        "kpis": list(kpis(seen=seen)),
        "demands": demands,
        "catalogues": ControlCatalogue.objects.all()[:200],
        "may_import": request.user.has_perm(ADD),
        "frameworks": list(dict.fromkeys(one.framework for one in DEMANDS)),
        "form": form,
        "may_export": request.user.has_perm(EXPORT),
    }
    return TemplateResponse(request, "admin/evidence.html", context, status=status)
