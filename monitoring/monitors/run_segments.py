"""The segments of a run as rows: stored with its verdict, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from monitoring.drift.evaluation import Policy
from monitoring.models.drift import DriftRun

from .models import RunSegment

if TYPE_CHECKING:
    from monitoring.drift.comparison import Feature
    from monitoring.drift.segments import Part

_BATCH = 50


def store_segments(run: DriftRun, parts: Sequence[Part], policy: Policy) -> bool:
    """Write the segments of ``run``; says whether any of them counts as drifted by the policy."""
    rows = [
        RunSegment(
            run=run,
            position=position,
            column=part.column,
            value=part.value,
            reason=part.reason,
            drifted=_drifted(part, policy),
            n_reference=part.n_reference,
            n_current=part.n_current,
            features=[_feature(feature) for feature in part.features],
        )
        for position, part in enumerate(parts)
    ]
    RunSegment.objects.bulk_create(rows, batch_size=_BATCH)
    return any(row.drifted for row in rows)


def _drifted(part: Part, policy: Policy) -> bool:
    verdicts = {one.name: one.verdict.drifted for one in part.features if one.verdict is not None}
    return policy.run_drifted(verdicts)


def _feature(feature: Feature) -> dict[str, Any]:
    drift, verdict = feature.drift, feature.verdict
    if drift is None or verdict is None:
        return {"name": feature.name, "drifted": False, "reason": feature.reason}
    return {
        "name": feature.name,
        "drifted": verdict.drifted,
        "reason": "",
        "method": feature.method,
        "statistic": drift.statistic,
        "p_value": drift.p_value,
        "adjusted_p_value": verdict.adjusted_p_value,
        "sign": drift.sign,
        "n_reference": drift.n_reference,
        "n_current": drift.n_current,
        "psi": feature.measures.get("psi"),
        "nulls_difference": feature.measures.get("nulls_difference"),
        "nulls_p_value": feature.measures.get("nulls_p_value"),
    }
