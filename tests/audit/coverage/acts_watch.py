"""Calls upon quality runs, drift runs, alerts and channels."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from .performing import Act
from .world import World

SUITE = "dataquality.rulesuite"
RUN, DRIFT, ALERT, CHANNEL = (
    "dataquality.qualityrun",
    "monitoring.driftrun",
    "monitoring.alert",
    "monitoring.alertchannel",
)
_A = "api/v1/"
# Address and key of the receiver.
_STORED, _SECRETS = {"secret_store.secret.stored": 2}, {"secret_store.secret.used": 2}


def _hook(world: World) -> dict[str, str]:
    return {"url": world.receiver, "secret": "hook-secret"}


def _run(world: World) -> dict[str, Any]:
    from dataquality.services import start_quality_run

    return {"run_id": start_quality_run(world.dataset_version(), actor=world.actor("scientist")).pk}


def _job(world: World) -> dict[str, Any]:
    from dataquality.models import QualityRun

    return {"job_id": QualityRun.objects.get(pk=_run(world)["run_id"]).job_id}


def _finished(world: World) -> Any:
    from dataquality.models import QualityRun

    run = QualityRun.objects.get(pk=_run(world)["run_id"])
    run.state, run.score = "succeeded", 90
    run.save(update_fields=["state", "score"])
    return run


def _issue(world: World) -> dict[str, Any]:
    run = _finished(world)
    run.issues.create(
        position=0, dimension="validity", rule="missing", severity="info", count=1, of=2, deduction=0, message="One."
    )
    return {"run_id": run.pk, "number": 0}


def _compared(world: World) -> dict[str, Any]:
    _finished(world)
    return {"run_id": _finished(world).pk}


_RULES = {"rules": [{"name": "volume", "rule": "volume", "params": {"min": 1}}]}


def _suite(world: World) -> dict[str, Any]:
    from dataquality.suite_services import create_suite

    return {"suite_id": create_suite(world.dataset, "usual", _RULES, actor=world.actor("scientist")).pk}


def _acceptance(world: World) -> dict[str, Any]:
    return {**_issue(world), "data": {"until": (timezone.now() + timedelta(days=1)).isoformat(), "reason": "known"}}


def _suggested(world: World) -> dict[str, Any]:
    from dataquality.models import RuleSuggestion

    run = _finished(world)
    RuleSuggestion.objects.create(run=run, document=_RULES)
    return {"run_id": run.pk}


def _sketched(world: World) -> dict[str, Any]:
    from dataquality.models import RunProfile

    run = _finished(world)
    RunProfile.objects.create(run=run, document={"columns": {}})
    return {"run_id": run.pk}


def _drawn(world: World) -> dict[str, Any]:
    from dataquality.models import QualityRun

    version = QualityRun.objects.get(pk=_sketched(world)["run_id"]).dataset_version
    return {"name": version.dataset.name, "number": version.number}


def _tried(world: World) -> dict[str, Any]:
    world.dataset_version()
    return {"data": {"dataset": world.dataset.name, **_RULES}}


def _drift(world: World) -> dict[str, Any]:
    from monitoring.drift.services import start_drift_run

    first, second = world.dataset_version(1), world.dataset_version(2)
    return {"run_id": start_drift_run(first, second, actor=world.actor("scientist")).pk}


def _alert(world: World) -> dict[str, Any]:
    from tests.monitoring.alerts.factories import open_alert

    return {"pk": open_alert().pk}


def _channel(world: World) -> dict[str, Any]:
    from tests.monitoring.alerts.factories import make_channel

    return {"pk": make_channel(url=world.receiver).pk}


def _off(world: World) -> dict[str, Any]:
    from monitoring.alerts import services
    from monitoring.models import AlertChannel

    given = _channel(world)
    services.set_enabled(AlertChannel.objects.get(pk=given["pk"]), False, actor=world.actor("scientist"))
    return given


def _pair(world: World) -> dict[str, Any]:
    versions = ({"dataset": world.dataset.name, "version": number} for number in (1, 2))
    return {"data": dict(zip(("reference", "current"), versions, strict=True))}


ACTS: dict[str, Act] = {
    "POST quality/new/": Act(
        "scientist", RUN, before=lambda w: {"data": {"dataset_version": str(w.dataset_version().pk)}}
    ),
    "GET quality/<uuid:run_id>/": Act("scientist", RUN, before=_run),
    "POST quality/<uuid:run_id>/": Act("scientist", RUN, before=_run),
    f"POST {_A}quality-runs/": Act(
        "scientist", RUN, before=lambda w: {"data": {"dataset": w.dataset.name, "version": 1}}
    ),
    f"GET {_A}quality-runs/<uuid:run_id>/": Act("scientist", RUN, before=_run),
    "POST jobs/<uuid:job_id>/cancel/": Act("scientist", "jobs.job", before=_job),
    f"POST {_A}jobs/<uuid:job_id>/cancel/": Act("scientist", "jobs.job", before=_job),
    "GET quality/<uuid:run_id>/issues/<int:number>/": Act("scientist", RUN, before=_issue),
    "GET quality/<uuid:run_id>/comparison/": Act("scientist", RUN, before=_compared),
    f"GET {_A}quality-runs/<uuid:run_id>/issues/<int:number>/": Act("scientist", RUN, before=_issue),
    f"GET {_A}quality-runs/<uuid:run_id>/comparison/": Act("scientist", RUN, before=_compared),
    "POST quality/<uuid:run_id>/issues/<int:number>/": Act("scientist", RUN, before=_acceptance),
    f"POST {_A}quality-runs/<uuid:run_id>/issues/<int:number>/acceptance/": Act("scientist", RUN, before=_acceptance),
    f"GET {_A}quality-runs/<uuid:run_id>/suggestion/": Act("scientist", RUN, before=_suggested),
    f"GET {_A}quality-runs/<uuid:run_id>/profile/": Act("scientist", RUN, before=_sketched),
    "GET quality/datasets/<object_name:name>/versions/<int:number>/columns/": Act("scientist", RUN, before=_drawn),
    f"POST {_A}rule-suites/trial/": Act("scientist", "registry.dataset", before=_tried),
    "GET quality/datasets/<object_name:name>/rules/": Act("scientist", SUITE, before=_suite),
    "POST quality/datasets/<object_name:name>/rules/": Act(
        "scientist", SUITE, {"name": "usual", "text": '{"rules": [{"rule": "volume", "params": {"min": 1}}]}'}
    ),
    f"POST {_A}rule-suites/": Act(
        "scientist", SUITE, before=lambda w: {"data": {"dataset": w.dataset.name, "name": "usual", **_RULES}}
    ),
    f"GET {_A}rule-suites/<uuid:suite_id>/": Act("scientist", SUITE, before=_suite),
    f"POST {_A}rule-suites/<uuid:suite_id>/versions/": Act(
        "scientist",
        SUITE,
        before=lambda w: {
            **_suite(w),
            "data": {"rules": [{"name": "volume", "rule": "volume", "params": {"min": 2}}]},
        },
    ),
    f"POST {_A}rule-suites/<uuid:suite_id>/snoozes/": Act(
        "scientist",
        SUITE,
        before=lambda w: {
            **_suite(w),
            "data": {"rule": "volume", "until": str(timezone.now() + timedelta(days=1)), "reason": "known"},
        },
    ),
    "POST drift/new/": Act(
        "scientist",
        DRIFT,
        before=lambda w: {
            "data": {
                "reference": str(w.dataset_version(1).pk),
                "current": str(w.dataset_version(2).pk),
                "alpha": "0.05",
                "minimum_effect": "0.1",
            }
        },
    ),
    "GET drift/<uuid:run_id>/": Act("scientist", DRIFT, before=_drift),
    "POST drift/<uuid:run_id>/": Act("scientist", DRIFT, before=_drift),
    f"POST {_A}drift-runs/": Act("scientist", DRIFT, before=_pair),
    f"GET {_A}drift-runs/<uuid:run_id>/": Act("scientist", DRIFT, before=_drift),
    "GET alerts/<uuid:pk>/": Act("scientist", ALERT, before=_alert),
    "POST alerts/<uuid:pk>/": Act("scientist", ALERT, before=_alert),
    "POST alerts/<uuid:pk>/acknowledge/": Act("scientist", ALERT, before=_alert),
    "POST alerts/<uuid:pk>/resolve/": Act("scientist", ALERT, before=_alert),
    "POST alerts/channels/new/<slug:kind>/": Act(
        "scientist",
        f"{CHANNEL}|secret_store.storedsecret",
        before=lambda w: {"kind": "webhook", "data": {"name": "hook", "minimum_severity": "info", **_hook(w)}},
        times=_STORED,
    ),
    "POST alerts/channels/<uuid:pk>/test/": Act("scientist", CHANNEL, before=_channel, times=_SECRETS),
    "POST alerts/channels/<uuid:pk>/enable/": Act("scientist", CHANNEL, before=_off),
    "POST alerts/channels/<uuid:pk>/disable/": Act("scientist", CHANNEL, before=_channel),
    f"GET {_A}alerts/<uuid:pk>/": Act("scientist", ALERT, before=_alert),
    f"POST {_A}alerts/<uuid:pk>/acknowledge/": Act("scientist", ALERT, before=_alert),
    f"POST {_A}alerts/<uuid:pk>/resolve/": Act("scientist", ALERT, before=_alert),
    f"POST {_A}alert-channels/": Act(
        "scientist",
        f"{CHANNEL}|secret_store.storedsecret",
        before=lambda w: {"data": {"name": "hook", "kind": "webhook", "config": _hook(w), "minimum_severity": "info"}},
        times=_STORED,
    ),
    f"GET {_A}alert-channels/<uuid:pk>/": Act("scientist", CHANNEL, before=_channel),
    f"POST {_A}alert-channels/<uuid:pk>/test/": Act("scientist", CHANNEL, before=_channel, times=_SECRETS),
    f"POST {_A}alert-channels/<uuid:pk>/enable/": Act("scientist", CHANNEL, before=_off),
    f"POST {_A}alert-channels/<uuid:pk>/disable/": Act("scientist", CHANNEL, before=_channel),
}
