"""Portal pages beside a quality run: one issue, two runs side by side, the trend of a dataset."""

import uuid

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from compliance.audit.reading import record_reading
from dataquality.audit_events import RUN_VIEWED
from dataquality.comparison import compare, other_run
from dataquality.dimensions import Dimension
from dataquality.models import QualityRun
from dataquality.trend import SHOWN, trend_of
from registry.models import Dataset

CHARTED = (Dimension.COMPLETENESS, Dimension.VALIDITY, Dimension.CONSISTENCY)


@login_required
@permission_required("dataquality.view_qualityrun", raise_exception=True)
@require_safe
def issue_detail(request: HttpRequest, run_id: uuid.UUID, number: int) -> HttpResponse:
    """One issue: what was looked at, masked examples, first rows and how to find them again."""
    run = get_object_or_404(QualityRun.objects.visible_to(request.user).with_version(), pk=run_id)
    issue = get_object_or_404(run.issues.defer(None), position=number)
    version = run.dataset_version
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
    return render(request, "dataquality/issue_detail.html", context)


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
    points = trend_of(dataset, request.user)
    series = [("Score", [float(point.run.score or 0) for point in points])]
    series += [(each.label, [point.dimension(each.value) for point in points]) for each in CHARTED]
    context = {
        "dataset": dataset,
        "points": points[::-1],
        "series": series,
        "times": [point.run.created_at for point in points],
        "shown": SHOWN,
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
