"""Experiments and runs as the protocol writes them: plain dictionaries, and as many queries for a page as for one."""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
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


def shown_new_run(row: Run) -> Shown:
    """A run to which nothing was logged yet."""
    data: Shown = {"metrics": [], "params": [], "tags": pairs_of(row.tags)}
    return {"info": shown_info(row), "data": data, "inputs": {}, "outputs": {}}


def shown_runs(rows: Sequence[Run]) -> list[Shown]:
    """Runs with all that was logged to them; their parameters were read with them."""
    keys = [row.pk for row in rows]
    # Thousands of figures: plain rows, and of logged models no more than the key.
    metrics: dict[Any, list[Shown]] = defaultdict(list)
    latest = LatestMetric.objects.filter(run__in=keys).order_by("key")
    for run, key, value, measured_ms, step in latest.values_list("run_id", "key", "value", "measured_ms", "step"):
        metrics[run].append({"key": key, "value": figure(value), "timestamp": measured_ms, "step": step})
    outputs: dict[Any, list[Shown]] = defaultdict(list)
    made = ModelOutput.objects.filter(run__in=keys).order_by("id")
    for run, model, step in made.values_list("run_id", "logged_model_id", "step"):
        outputs[run].append({"model_id": f"m-{model.hex}", "step": step})
    inputs: dict[Any, list[Shown]] = defaultdict(list)
    for one in DatasetInput.objects.filter(run__in=keys).order_by("id"):
        inputs[one.run_id].append(_shown_input(one))
    return [
        {
            "info": shown_info(row),
            "data": {
                "metrics": metrics[row.pk],
                "params": pairs_of(row.parameters or {}),
                "tags": pairs_of(row.tags),
            },
            "inputs": {"dataset_inputs": inputs[row.pk]} if row.pk in inputs else {},
            "outputs": {"model_outputs": outputs[row.pk]} if row.pk in outputs else {},
        }
        for row in rows
    ]


def _shown_input(row: DatasetInput) -> Shown:
    said = {"name": row.name, "digest": row.digest, "source_type": row.source_type, "source": row.source}
    said |= {name: text for name, text in (("schema", row.schema), ("profile", row.profile)) if text}
    return {"tags": pairs_of(row.tags), "dataset": said}
