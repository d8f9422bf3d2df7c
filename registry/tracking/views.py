"""Pages of experiments and runs: what a training was given, measured and left, without another program."""

from typing import Any, Final

from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from compliance.audit.reading import record_reading
from modelops.lib.errors import NotFound
from modelops.lib.pages import choice_filter, keyset_page
from registry.models import ModelVersion

from .audit_events import EXPERIMENT_VIEWED, RUN_VIEWED
from .lookup import run_of
from .models import Experiment, LatestMetric, Run, TrackedFile

SHOWN_FIGURES: Final = 4
MOST_LINES: Final = 500
_LARGEST: Final = 2**63 - 1


@require_safe
@login_required
@permission_required("tracking.view_experiment", raise_exception=True)
def experiment_list(request: HttpRequest) -> HttpResponse:
    """Experiments, the last changed first."""
    query = request.GET.get("q", "")[:200].replace("\x00", "")
    chosen = choice_filter(request, "deleted", "Deleted", [("true", "Deleted")], all_label="Not deleted")
    rows = Experiment.objects.visible_to(request.user)
    rows = rows.deleted() if chosen["value"] else rows.alive()
    if query:
        rows = rows.filter(name__icontains=query)
    page = keyset_page(request, rows.select_related("owner"), order_by="-changed_at")
    context = {"page": page, "query": query, "filters": [chosen], "is_narrowed": bool(query or chosen["value"])}
    return render(request, "tracking/experiment_list.html", context)


@require_safe
@login_required
@permission_required("tracking.view_run", raise_exception=True)
def experiment(request: HttpRequest, number: int) -> HttpResponse:
    """The runs of an experiment, the newest first, each with its first figures."""
    if number > _LARGEST:
        raise Http404
    row = get_object_or_404(Experiment.objects.visible_to(request.user), number=number)
    record_reading(EXPERIMENT_VIEWED, row, request=request, experiment=row.experiment_id)
    runs = Run.objects.visible_to(request.user).filter(experiment=row).select_related("created_by", "experiment")
    page = keyset_page(request, runs if row.deleted_at else runs.alive(), order_by="-started_ms")
    figures: dict[Any, list[LatestMetric]] = {}
    for one in LatestMetric.objects.filter(run__in=[run.pk for run in page.rows]).order_by("key")[:MOST_LINES]:
        figures.setdefault(one.run_id, []).append(one)
    for run in page.rows:
        run.figures = figures.get(run.pk, [])[:SHOWN_FIGURES]
    return render(request, "tracking/experiment.html", {"experiment": row, "page": page, "tags": row.tags.items()})


@require_safe
@login_required
@permission_required("tracking.view_run", raise_exception=True)
def run(request: HttpRequest, run_id: str) -> HttpResponse:
    """One run: its figures, parameters, tags, data, files, and the versions that were made of it."""
    try:
        row = run_of(request.user, run_id)
    except NotFound:
        raise Http404 from None
    # The row stands before what is sealed is opened.
    record_reading(RUN_VIEWED, row, request=request, strict=True, run=row.run_id)
    versions = ModelVersion.objects.visible_to(request.user).filter(run_reference=row.run_id).select_related("model")
    context = {
        "run": row,
        "experiment": row.experiment,
        "metrics": row.latest_metrics.order_by("key")[:MOST_LINES],
        "parameters": (row.parameters or {}).items(),
        "tags": sorted(row.tags.items()),
        "inputs": row.dataset_inputs.select_related("dataset_version__dataset").order_by("id")[:MOST_LINES],
        "files": TrackedFile.objects.filter(run=row).order_by("path")[:MOST_LINES],
        "models": row.logged_models.alive().order_by("-created_at")[:MOST_LINES],
        "versions": versions.order_by("-id")[:MOST_LINES],
    }
    return render(request, "tracking/run.html", context)
