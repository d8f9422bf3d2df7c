"""Calls upon drift monitors."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from .performing import Act
from .world import World

MONITOR, RUN = "monitors.driftmonitor", "monitoring.driftrun"
_A = "api/v1/monitors/"


def _body(world: World) -> dict[str, Any]:
    return {"data": {"name": "watch", "reference": {"dataset": world.dataset.name, "version": 1}}}


def _monitor(world: World, segmented: bool = False) -> dict[str, Any]:
    from monitoring.drift.evaluation import Policy
    from monitoring.monitors.services import Settings, create_monitor

    reference = world.dataset_version(1)
    world.dataset_version(2)
    settings = Settings(reference, reference.dataset, segments=reference.column_names[:1] if segmented else ())
    return {"pk": create_monitor("watch", settings, policy=Policy(), why="first", actor=world.actor("scientist")).pk}


def _profiled(world: World) -> dict[str, Any]:
    from modelops.jobs.models import Job
    from modelops.jobs.services import run

    given = _monitor(world)
    assert run(Job.objects.get(kind="drift.profile").pk)
    return given


def _drifted(world: World) -> dict[str, Any]:
    from monitoring.models import DriftFeature, DriftRun
    from monitoring.monitors.models import DriftMonitor
    from monitoring.monitors.services import run_monitor

    given = _monitor(world)
    run = run_monitor(DriftMonitor.objects.get(pk=given["pk"]), actor=world.actor("scientist"))
    DriftFeature.objects.create(run=run, position=0, name="a", drifted=True, statistic=0.5, p_value=0.0)
    DriftRun.objects.filter(pk=run.pk).update(state="succeeded", drifted=True)
    until = (timezone.now() + timedelta(days=3)).isoformat()
    return given | {"data": {"feature": "a", "why": "known", "until": until}}


def _paused(world: World) -> dict[str, Any]:
    from monitoring.monitors.models import DriftMonitor

    given = _monitor(world)
    DriftMonitor.objects.filter(pk=given["pk"]).update(is_enabled=False)
    return given


def _accepting(world: World) -> dict[str, Any]:
    given = _drifted(world)
    day = (timezone.now() + timedelta(days=3)).date().isoformat()
    return {"pk": given["pk"], "data": {"feature": "a", "why": "known", "until": day}}


def _stocked(world: World) -> dict[str, Any]:
    from monitoring.monitors.models import DriftMonitor
    from monitoring.monitors.services import accept_drift

    given = _drifted(world)
    until = timezone.now() + timedelta(days=3)
    accept_drift(DriftMonitor.objects.get(), "a", why="known", until=until, actor=world.actor("scientist"))
    return {"pk": given["pk"]}


def _segmented(world: World) -> dict[str, Any]:
    from monitoring.monitors.models import DriftMonitor
    from monitoring.monitors.services import run_monitor

    monitor = DriftMonitor.objects.get(pk=_monitor(world, segmented=True)["pk"])
    return {"run_id": run_monitor(monitor, actor=world.actor("scientist")).pk}


def _ended(world: World) -> dict[str, Any]:
    from monitoring.models import DriftRun

    _drifted(world)
    return {"run_id": DriftRun.objects.get().pk}


_THRESHOLDS = {"minimum_effect": "0.1", "alpha": "0.05", "minimum_share": "0", "why": "large ones"}
ACTS: dict[str, Act] = {
    f"POST {_A}": Act("scientist", MONITOR, before=_body),
    f"GET {_A}<uuid:pk>/": Act("scientist", MONITOR, before=_monitor),
    "GET drift/monitors/<uuid:pk>/": Act("scientist", MONITOR, before=_monitor),
    "POST drift/monitors/new/": Act(
        "scientist",
        MONITOR,
        before=lambda w: {"data": {"name": "watched", "reference": str(w.dataset_version(1).pk), **_THRESHOLDS}},
    ),
    "POST drift/monitors/<uuid:pk>/run/": Act("scientist", RUN, before=_monitor),
    "GET drift/monitors/<uuid:pk>/policy/": Act("scientist", MONITOR, before=_monitor),
    "POST drift/monitors/<uuid:pk>/policy/": Act(
        "scientist", MONITOR, before=lambda w: _monitor(w) | {"data": _THRESHOLDS}
    ),
    f"POST {_A}<uuid:pk>/pause/": Act("scientist", MONITOR, before=_monitor),
    f"POST {_A}<uuid:pk>/resume/": Act("scientist", MONITOR, before=_paused),
    "POST drift/monitors/<uuid:pk>/pause/": Act("scientist", MONITOR, before=_monitor),
    "POST drift/monitors/<uuid:pk>/resume/": Act("scientist", MONITOR, before=_paused),
    "POST drift/monitors/<uuid:pk>/accept/": Act("scientist", MONITOR, before=_accepting),
    "GET drift/<uuid:run_id>/report/": Act("scientist", RUN, before=_ended),
    f"GET {_A}<uuid:pk>/sketch/": Act("scientist", MONITOR, before=_profiled),
    f"GET {_A}<uuid:pk>/policy/": Act("scientist", MONITOR, before=_monitor),
    f"POST {_A}<uuid:pk>/policy/": Act(
        "scientist", MONITOR, before=lambda w: _monitor(w) | {"data": {"minimum_effect": 0.1, "why": "large ones"}}
    ),
    f"POST {_A}<uuid:pk>/runs/": Act("scientist", RUN, before=_monitor),
    f"POST {_A}<uuid:pk>/accepted/": Act("scientist", MONITOR, before=_drifted),
}
