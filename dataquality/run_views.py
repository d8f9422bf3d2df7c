"""Portal pages beside a quality run: one issue, two runs side by side, the trend of a dataset."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from compliance.audit.reading import record_reading
from dataquality.acceptance import accept_issue, standing
from dataquality.audit_events import RUN_VIEWED
from dataquality.comparison import compare, other_run
from dataquality.dimensions import Dimension
from dataquality.forms import AcceptanceForm
from dataquality.models import QualityRun
from dataquality.trend import SHOWN, trend_of
from modelops.lib.errors import DomainError
from registry.grants.gate import require_change
from registry.grants.models import Level
from registry.grants.rules import level_of
from registry.models import Dataset

CHARTED = (Dimension.COMPLETENESS, Dimension.VALIDITY, Dimension.CONSISTENCY)


@login_required
@permission_required("dataquality.view_qualityrun", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def issue_detail(request: HttpRequest, run_id: uuid.UUID, number: int) -> HttpResponse:
    """One issue: what was looked at, masked examples, how to find its rows again; it is accepted for a while here."""
    run = get_object_or_404(QualityRun.objects.visible_to(request.user).with_version(), pk=run_id)
    version = run.dataset_version
    if request.method == "POST":
        if not request.user.has_perm("dataquality.add_qualityrun"):
            raise PermissionDenied
        require_change(request, version.dataset)
    issue = get_object_or_404(run.issues.defer(None), position=number)
    form = AcceptanceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            accept_issue(issue, **form.cleaned_data, actor=request.actor)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "Accepted: it takes nothing from the scores of runs that begin before then.")
            return redirect("dataquality:issue-detail", run.pk, number)
    record_reading(RUN_VIEWED, run, request=request, dataset=version.dataset.name, version=version.number)
    detail = issue.detail or {}
    facts = {key: value for key, value in detail.items() if key not in {"filter", "examples"}}
    context = {
        "run": run,
        "issue": issue,
        "examples": detail.get("examples", []),
        "filter": detail.get("filter", ""),
        "facts": [(key.replace("_", " "), value) for key, value in sorted(facts.items())],
        "line": next((line for line in run.arithmetic if line["dimension"] == issue.dimension), None),
    }
    may_accept = request.user.has_perm("dataquality.add_qualityrun")
    context["form"] = form if may_accept and level_of(request.user, version.dataset) == Level.EDIT else None
    context["accepted"] = standing(issue)
    return render(request, "dataquality/issue_detail.html", context, status=422 if form.is_bound else 200)


@login_required
@permission_required("dataquality.view_qualityrun", raise_exception=True)
@require_safe
def run_comparison(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """The run beside ?with=…, or beside the finished run of the dataset before it."""
    run = get_object_or_404(QualityRun.objects.visible_to(request.user).with_version(), pk=run_id)
    version = run.dataset_version
    record_reading(RUN_VIEWED, run, request=request, dataset=version.dataset.name, version=version.number)
    before = other_run(run, _run_id(request.GET.get("with", "")), request.user)
    return render(request, "dataquality/run_comparison.html", {"run": run, "found": compare(before, run)})


@login_required
@permission_required("dataquality.view_qualityrun", raise_exception=True)
@require_safe
def dataset_trend(request: HttpRequest, name: str) -> HttpResponse:
    """Scores of a dataset over time, with the changes of its columns."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user), name=name)
    training = request.GET.get("training_run", "").strip()[:200]
    points = trend_of(dataset, request.user, training_run=training)
    series = [("Score", [float(point.run.score or 0) for point in points])]
    series += [(each.label, [point.dimension(each.value) for point in points]) for each in CHARTED]
    context = {
        "dataset": dataset,
        "points": points[::-1],
        "series": series,
        "times": [point.run.created_at for point in points],
        "shown": SHOWN,
        "training": training,
    }
    return render(request, "dataquality/dataset_trend.html", context)


def _run_id(text: str) -> str:
    """The id in an address; what is none finds nothing."""
    if not text:
        return ""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return str(uuid.UUID(int=0))
