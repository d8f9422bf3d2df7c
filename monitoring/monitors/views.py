"""Portal pages of drift monitors: what is watched, its verdicts over time, and each feature of the newest run."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from compliance.audit.reading import record_reading
from modelops.lib import charts
from modelops.lib.pages import keyset_page
from monitoring.drift import pictures
from monitoring.models import DriftFeature, DriftRun

from . import services
from .audit_events import MONITOR_VIEWED
from .forms import AcceptForm
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
    monitor = monitor_of(request, pk)
    record_reading(MONITOR_VIEWED, monitor, request=request, name=monitor.name)
    return _page(request, monitor, request.GET.get("feature", ""))


@require_POST
@login_required
@permission_required("monitoring.add_driftrun", raise_exception=True)
def monitor_pause(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Start no run by the clock until somebody resumes the monitor."""
    monitor = services.pause_monitor(monitor_of(request, pk), actor=request.actor)
    messages.success(request, f"{monitor} is paused. It runs when somebody asks for it.")
    return redirect("monitoring:monitor-detail", monitor.pk)


@require_POST
@login_required
@permission_required("monitoring.add_driftrun", raise_exception=True)
def monitor_resume(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Let a paused monitor run by the clock again."""
    monitor = services.resume_monitor(monitor_of(request, pk), actor=request.actor)
    messages.success(request, f"{monitor} runs by the clock again.")
    return redirect("monitoring:monitor-detail", monitor.pk)


@require_POST
@login_required
@permission_required("monitoring.add_driftrun", raise_exception=True)
def monitor_accept(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Accept the drift of one feature until a day; whoever does it answers for it."""
    monitor = monitor_of(request, pk)
    form = AcceptForm(request.POST)
    if not form.is_valid():
        return _page(request, monitor, request.POST.get("feature", ""), form)
    given = form.cleaned_data
    services.accept_drift(monitor, given["feature"], why=given["why"], until=given["until"], actor=request.actor)
    messages.success(request, f"The drift of {given['feature']} is accepted.")
    return redirect("monitoring:monitor-detail", monitor.pk)


def monitor_of(request: HttpRequest, pk: uuid.UUID) -> DriftMonitor:
    """The monitor of this id, within what the person may see; Http404 otherwise."""
    monitors = DriftMonitor.objects.visible_to(request.user).select_related("reference__dataset", "dataset")
    monitor: DriftMonitor = get_object_or_404(monitors.select_related("model_version__model"), pk=pk)
    return monitor


def _page(request: HttpRequest, monitor: DriftMonitor, feature: str, form: AcceptForm | None = None) -> HttpResponse:
    rows = monitor.runs.select_related("run__reference__dataset", "run__current__dataset", "run__job")
    runs = [row.run for row in rows.order_by("-id")[:RUNS]]
    ended = [run for run in runs if run.drifted is not None]
    context: dict[str, Any] = {
        "monitor": monitor,
        "runs": runs,
        "newest": ended[0] if ended else None,
        "policies": list(monitor.policies.order_by("-number")[:SHOWN]),
        "accepted": list(monitor.accepted.select_related("owner").order_by("-id")[:SHOWN]),
    }
    if ended:
        context |= _newest(ended, feature)
        selected = context.get("selected")
        if selected is not None and request.user.has_perm("monitoring.add_driftrun"):
            moved = {selected.name} if selected.drifted else set()
            moved |= {one["name"] for segment in context["segments"] for one in segment.moved}
            if selected.name in moved:
                context["accept_form"] = form or AcceptForm.of(selected.name)
    return render(request, "monitoring/monitor_detail.html", context, status=422 if form is not None else 200)


def _newest(ended: list[DriftRun], asked: str) -> dict[str, Any]:
    run = ended[0]
    features = sorted(
        run.features.all(), key=lambda f: (not f.is_compared, -(f.statistic or 0) * f.importance, f.position)
    )
    compared = [feature for feature in features if feature.is_compared]
    found: dict[str, Any] = {
        "features": features,
        "verdicts": _verdicts(ended),
        "segments": list(run.segments.all()),
    }
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
