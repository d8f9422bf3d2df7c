"""What a policy would have called in the past: decided anew from what the runs measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitoring.drift.evaluation import Policy, decide_within
from monitoring.drift.statistics.base import Drift

if TYPE_CHECKING:
    from monitoring.models.drift import DriftFeature, DriftRun

    from .models import DriftMonitor

RUNS = 30


@dataclass(frozen=True)
class Again:
    """What a policy calls in a run: by feature, and whether the run counts as drifted."""

    features: dict[str, bool]
    run_drifted: bool


def decide_again(run: DriftRun, policy: Policy) -> Again:
    """The verdicts on a run that ended, under another policy."""
    drifts, missing = {}, {}
    for feature in run.features.all():
        if feature.statistic is None or feature.p_value is None:
            continue
        drifts[feature.name] = _drift(feature, feature.statistic, feature.p_value)
        gone = feature.measures.get("nulls_p_value")
        if gone is not None:
            missing[feature.name] = _drift(feature, feature.measures["nulls_difference"], gone)
    told = [segment for segment in run.segments.all() if not segment.reason]
    within = {(segment.column, segment.value): within_again(segment.features) for segment in told}
    verdicts = decide_within({None: (drifts, missing), **within}, policy)
    called = {
        segment: {name: verdict.drifted for name, verdict in found.items()} for segment, found in verdicts.items()
    }
    return Again(called[None], any(policy.run_drifted(drifted) for drifted in called.values()))


def within_again(features: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Drift], dict[str, Drift]]:
    """The tests of a segment, as they are stored."""
    compared = [feature for feature in features if not feature["reason"]]
    missing = [feature for feature in compared if feature["nulls_p_value"] is not None]
    return (
        {feature["name"]: _measured(feature, feature["statistic"], feature["p_value"]) for feature in compared},
        {
            feature["name"]: _measured(feature, feature["nulls_difference"], feature["nulls_p_value"])
            for feature in missing
        },
    )


def _measured(feature: Mapping[str, Any], statistic: float, p_value: float) -> Drift:
    return Drift(statistic, p_value, feature["n_reference"], feature["n_current"], 0.0, feature["sign"])


def _drift(feature: DriftFeature, statistic: float, p_value: float) -> Drift:
    return Drift(statistic, p_value, feature.n_reference, feature.n_current, 0.0, feature.sign)


def back_test(monitor: DriftMonitor, policy: Policy) -> dict[str, Any]:
    """How many of the last runs would have counted as drifted, and how many did."""
    would, did, run_ids = 0, 0, []
    for run in last_runs(monitor):
        would += decide_again(run, policy).run_drifted
        did += bool(run.drifted)
        run_ids.append(str(run.pk))
    return {"runs": len(run_ids), "would_alert": would, "did_alert": did, "run_ids": run_ids}


def last_runs(monitor: DriftMonitor) -> list[DriftRun]:
    """The newest runs that ended with a verdict, newest first."""
    newest = (
        monitor.runs.filter(run__state="succeeded")
        .select_related("run")
        .prefetch_related("run__features", "run__segments")
    ).order_by("-id")[:RUNS]
    return [monitored.run for monitored in newest]
