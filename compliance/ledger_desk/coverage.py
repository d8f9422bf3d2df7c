"""The figure "audit coverage": its page, its control, and what the officer's first page shows of it."""

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET

from compliance.audit.coverage.evidence import coverage
from modelops.lib.pages import choice_filter
from modelops.lib.posture import Finding, Outcome, control

NEEDED = "audit.view_auditevent"
SHOWN = [("proven", "Proven"), ("missing", "Not proven"), ("exempt", "Exempt")]


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """Routes under the admin's own."""
    return [path("audit-coverage/", site.admin_view(require_GET(coverage_page)), name="audit-coverage")]


@permission_required(NEEDED, raise_exception=True)
def coverage_page(request: HttpRequest) -> HttpResponse:
    """Every route and model with its events, or why it has none."""
    found = coverage()
    chosen = choice_filter(request, "state", "State", SHOWN)
    states = {
        "proven": lambda line: line.is_proven,
        "missing": lambda line: line.counts and not line.is_proven,
        "exempt": lambda line: not line.counts,
    }
    wanted = states.get(chosen["value"], lambda line: True)
    query = request.GET.get("q", "").strip()[:100]
    parts = {
        name: [line for line in lines if wanted(line) and query.lower() in line.mapped.name.lower()]
        for name, lines in (("Routes", found.routes), ("Models", found.models))
    }
    context = {
        **admin.site.each_context(request),
        "title": "Audit coverage",
        "found": found,
        "parts": parts,
        "filters": [chosen],
        "query": query,
    }
    return TemplateResponse(request, "admin/ledger/coverage.html", context)


@control(
    "ledger.coverage",
    area="Audit log",
    label="Every route and model is proven to leave its rows",
    fix="Declare the events of the route or model, and prove them by a test.",
)
def everything_is_covered() -> Outcome:
    """By the map and by what the test suite has proven; a route that nobody mapped is a finding."""
    found = coverage()
    findings = [
        Finding(
            "missing",
            f"{len(found.missing)} routes and models are not proven, the first: {found.missing[0]}",
            "Declare its events in audit_coverage.py of its app, and prove them in tests/audit/coverage.",
        )
    ] if found.missing else []  # fmt: skip
    evidence = f"{found.percent:g} %; {found.exempt} exempt, each for a reason"
    return Outcome(findings, found.proven, found.total, evidence=evidence, url=reverse("admin:audit-coverage"))
