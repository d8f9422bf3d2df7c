"""Portal pages of drift monitors: what is watched, its verdicts over time, and each feature of the newest run."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from compliance.audit.reading import record_reading
from modelops.lib import charts
from modelops.lib.pages import keyset_page
from monitoring.drift import pictures
from monitoring.models import DriftFeature, DriftRun

from .audit_events import MONITOR_VIEWED
from .models import DriftMonitor, MonitorRun

RUNS = 30
SHOWN = 20


@require_safe
@login_required
@permission_required("monitoring.view_driftrun", raise_exception=True)
def monitor_list(request: HttpRequest) -> HttpResponse:
    """Drift monitors, newest first, each with its newest verdict."""
    rows = DriftMonitor.objects.visible_to(request.user).select_related(
        "reference__dataset", "dataset", "model_version__model"
    )
    page = keyset_page(request, rows, order_by="-created_at")
    newest = MonitorRun.objects.filter(monitor__in=[row.pk for row in page.rows]).order_by("monitor_id", "-id")
    found = {one.monitor_id: one.run for one in newest.distinct("monitor_id").select_related("run__job")}
    shown = [(row, found.get(row.pk)) for row in page.rows]
    return render(request, "monitoring/monitor_list.html", {"page": page, "shown": shown})


@require_safe
@login_required
@permission_required("monitoring.view_driftrun", raise_exception=True)
def monitor_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One monitor: verdict, features by effect and importance, one of them in pictures, and what was before."""
    monitors = DriftMonitor.objects.visible_to(request.user).select_related("reference__dataset", "dataset")
    monitor = get_object_or_404(monitors.select_related("model_version__model"), pk=pk)
    rows = monitor.runs.select_related("run__reference__dataset", "run__current__dataset", "run__job")
    runs = [row.run for row in rows.order_by("-id")[:RUNS]]
    ended = [run for run in runs if run.drifted is not None]
    context: dict[str, Any] = {
        "monitor": monitor,
        "runs": runs,
        "newest": ended[0] if ended else None,
        "policies": list(monitor.policies.order_by("-number")[:SHOWN]),
        "accepted": list(monitor.accepted.order_by("-id")[:SHOWN]),
    }
    if ended:
        context |= _newest(ended, request.GET.get("feature", ""))
    record_reading(MONITOR_VIEWED, monitor, request=request, name=monitor.name)
    return render(request, "monitoring/monitor_detail.html", context)


def _newest(ended: list[DriftRun], asked: str) -> dict[str, Any]:
    run = ended[0]
    features = sorted(
        run.features.all(), key=lambda f: (not f.is_compared, -(f.statistic or 0) * f.importance, f.position)
    )
    compared = [feature for feature in features if feature.is_compared]
    found: dict[str, Any] = {"features": features, "verdicts": _verdicts(ended)}
    if compared:
        chosen = next((feature for feature in compared if feature.name == asked), compared[0])
        chosen = DriftFeature.objects.defer(None).get(pk=chosen.pk)
        labels = (f"{run.reference} (reference)", f"{run.current_name} (current)")
        found |= {
            "selected": chosen,
            "histogram": pictures.histogram(chosen, labels),
            "distribution": pictures.distribution(chosen, labels),
            "categories": pictures.categories(chosen),
            "history": _history(ended, chosen.name),
        }
    return found


def _verdicts(ended: list[DriftRun]) -> str:
    """The share of drifted features, run by run."""
    oldest_first = ended[::-1]
    return charts.line(
        [("Drifted features", [float(run.features_drifted) for run in oldest_first])],
        [run.created_at for run in oldest_first],
        title="Drifted features in each run",
        from_zero=True,
    )


def _history(ended: list[DriftRun], name: str) -> str:
    """The effect of one feature, run by run, with the threshold of today."""
    known = dict(DriftFeature.objects.filter(run__in=ended, name=name).values_list("run_id", "statistic"))
    oldest_first = ended[::-1]
    return charts.line(
        [("Effect", [known.get(run.pk) for run in oldest_first])],
        [run.created_at for run in oldest_first],
        title=f"Effect of {name} in each run",
        limits=[("smallest effect that counts", ended[0].minimum_effect)],
        from_zero=True,
    )
