"""What a policy would have called in the past: decided anew from what the runs measured."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from monitoring.drift.evaluation import Policy, decide_all
from monitoring.drift.statistics.base import Drift

if TYPE_CHECKING:
    from monitoring.models.drift import DriftFeature, DriftRun

    from .models import DriftMonitor

RUNS = 30


def decide_again(features: Iterable[DriftFeature], policy: Policy) -> dict[str, bool]:
    """Whether each compared feature of a run would have drifted under ``policy``."""
    drifts, missing = {}, {}
    for feature in features:
        if feature.statistic is None or feature.p_value is None:
            continue
        drifts[feature.name] = _drift(feature, feature.statistic, feature.p_value)
        gone = feature.measures.get("nulls_p_value")
        if gone is not None:
            missing[feature.name] = _drift(feature, feature.measures["nulls_difference"], gone)
    return {name: verdict.drifted for name, verdict in decide_all(drifts, missing, policy).items()}


def _drift(feature: DriftFeature, statistic: float, p_value: float) -> Drift:
    return Drift(statistic, p_value, feature.n_reference, feature.n_current, 0.0, feature.sign)


def back_test(monitor: DriftMonitor, policy: Policy) -> dict[str, Any]:
    """How many of the last runs would have counted as drifted, and how many did."""
    would, did, run_ids = 0, 0, []
    for run in last_runs(monitor):
        would += policy.run_drifted(decide_again(run.features.all(), policy))
        did += bool(run.drifted)
        run_ids.append(str(run.pk))
    return {"runs": len(run_ids), "would_alert": would, "did_alert": did, "run_ids": run_ids}


def last_runs(monitor: DriftMonitor) -> list[DriftRun]:
    """The newest runs that ended with a verdict, newest first."""
    newest = (
        monitor.runs.filter(run__state="succeeded").select_related("run").prefetch_related("run__features")
    ).order_by("-id")[:RUNS]
    return [monitored.run for monitored in newest]
