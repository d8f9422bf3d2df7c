"""Portal pages of data quality."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from compliance.audit.history import timeline_page
from compliance.audit.reading import record_reading
from dataquality import services
from dataquality.audit_events import RUN_VIEWED
from dataquality.dimensions import WEIGHTS, Dimension, Severity
from dataquality.forms import QualityRunForm
from dataquality.models import QualityRun, RunState
from dataquality.selection import asked_version
from dataquality.suite_services import suite_for
from modelops.lib.pages import choice_filter, keyset_page

SHOWN_ISSUES = 1000  # of a table with ten thousand columns the gravest are shown and the rest is in the API


@login_required
@permission_required("dataquality.view_qualityrun", raise_exception=True)
def run_list(request: HttpRequest) -> HttpResponse:
    """Quality runs, newest first."""
    state = choice_filter(request, "state", "State", RunState.choices)
    query = request.GET.get("q", "").strip()[:100]
    rows = QualityRun.objects.visible_to(request.user).with_version()
    if state["value"]:
        rows = rows.filter(state=state["value"])
    if query:
        rows = rows.filter(dataset_version__dataset__name__icontains=query)
    page = keyset_page(request, rows, order_by="-created_at")
    return render(request, "dataquality/run_list.html", {"page": page, "filters": [state], "query": query})


@login_required
@permission_required("dataquality.add_qualityrun", raise_exception=True)
def run_new(request: HttpRequest) -> HttpResponse:
    """Choose a dataset version and start; links may name it as ?dataset=…&version=…."""
    initial = {"dataset_version": asked_version(request, "dataset", "version")}
    form = QualityRunForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["dataset_version"]
        run = services.start_quality_run(version, actor=request.actor, suite_version=suite_for(version, None))
        return redirect(run)
    status = 422 if form.is_bound else 200
    return render(request, "dataquality/run_new.html", {"form": form}, status=status)


@login_required
@permission_required("dataquality.view_qualityrun", raise_exception=True)
def run_detail(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """One run: progress while it works, then score, arithmetic and issues."""
    run = get_object_or_404(QualityRun.objects.visible_to(request.user).with_version(), pk=run_id)
    issues = run.issues.order_by("-deduction", "position")
    severity = choice_filter(request, "severity", "Severity", [(item.value, item.label) for item in Severity])
    dimension = choice_filter(request, "dimension", "Dimension", [(item.value, item.label) for item in Dimension])
    for chosen in (severity, dimension):
        if chosen["value"]:
            issues = issues.filter(**{chosen["name"]: chosen["value"]})
    context = {
        "run": run,
        "issues": issues[:SHOWN_ISSUES],
        "lines": _lines(run),
        "severities": _severities(run),
        "filters": [severity, dimension],
        "timeline": timeline_page(request, run),
    }
    version = run.dataset_version
    record_reading(RUN_VIEWED, run, request=request, dataset=version.dataset.name, version=version.number)
    return render(request, "dataquality/run_detail.html", context)


def _lines(run: QualityRun) -> list[dict[str, Any]]:
    """The arithmetic for the page; a dimension that had nothing to examine says so."""
    found = {line["dimension"]: line for line in run.arithmetic}
    return [
        {"label": dimension.label, **found.get(dimension.value, {"weight": None, "listed": WEIGHTS[dimension]})}
        for dimension in Dimension
    ]


def _severities(run: QualityRun) -> list[dict[str, Any]]:
    """How many issues of each severity, the gravest first, also where there are none."""
    found = dict(run.issues.order_by().values_list("severity").annotate(Count("pk")))
    return [{"severity": severity, "count": found.get(severity.value, 0)} for severity in reversed(Severity)]
