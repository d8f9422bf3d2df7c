"""Experiments and runs as the protocol writes them: plain dictionaries, and as many queries for a page as for one."""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from registry.tracking.models import DatasetInput, Experiment, LatestMetric, ModelOutput, Run

Shown = dict[str, Any]


def milliseconds(moment: dt.datetime) -> int:
    """Milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


def pairs_of(texts: Mapping[str, Any]) -> list[Shown]:
    """Tags and parameters as a list."""
    return [{"key": key, "value": str(value)} for key, value in texts.items()]


def figure(value: float) -> float | str:
    """A number as JSON has it; what JSON has not is text, as protobuf writes it."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def shown_experiment(row: Experiment) -> Shown:
    """One experiment."""
    return {
        "experiment_id": row.experiment_id,
        "name": row.name,
        "artifact_location": row.artifact_root,
        "lifecycle_stage": "active" if row.deleted_at is None else "deleted",
        "last_update_time": milliseconds(row.changed_at),
        "creation_time": milliseconds(row.created_at),
        "tags": pairs_of(row.tags),
    }


def shown_info(row: Run) -> Shown:
    """A run without what was logged to it."""
    info: Shown = {
        "run_uuid": row.run_id,
        "run_id": row.run_id,
        "experiment_id": row.experiment.experiment_id,
        "run_name": row.name,
        "user_id": row.created_by.username if row.created_by else "",
        "status": row.status,
        "start_time": row.started_ms,
        "artifact_uri": row.artifact_root,
        "lifecycle_stage": "active" if row.deleted_at is None else "deleted",
    }
    if row.ended_ms is not None:
        info["end_time"] = row.ended_ms
    return info


def shown_metric(row: Any) -> Shown:
    """One value of a metric."""
    return {"key": row.key, "value": figure(row.value), "timestamp": row.measured_ms, "step": row.step}


def shown_runs(rows: Sequence[Run]) -> list[Shown]:
    """Runs with all that was logged to them; their parameters were read with them."""
    keys = [row.pk for row in rows]
    metrics = _by_run(LatestMetric.objects.filter(run__in=keys).order_by("key"))
    inputs = _by_run(DatasetInput.objects.filter(run__in=keys).order_by("id"))
    outputs = _by_run(ModelOutput.objects.filter(run__in=keys).select_related("logged_model").order_by("id"))
    return [
        {
            "info": shown_info(row),
            "data": {
                "metrics": [shown_metric(one) for one in metrics[row.pk]],
                "params": pairs_of(row.parameters or {}),
                "tags": pairs_of(row.tags),
            },
            "inputs": {"dataset_inputs": [_shown_input(one) for one in inputs[row.pk]]} if inputs[row.pk] else {},
            "outputs": {
                "model_outputs": [{"model_id": one.logged_model.model_id, "step": one.step} for one in outputs[row.pk]]
            }
            if outputs[row.pk]
            else {},
        }
        for row in rows
    ]


def _shown_input(row: DatasetInput) -> Shown:
    said = {"name": row.name, "digest": row.digest, "source_type": row.source_type, "source": row.source}
    said |= {name: text for name, text in (("schema", row.schema), ("profile", row.profile)) if text}
    return {"tags": pairs_of(row.tags), "dataset": said}


def _by_run(rows: Iterable[Any]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.run_id].append(row)
    return found
