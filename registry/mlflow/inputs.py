"""Datasets that went into runs and models that came out of them, in MLflow's protocol."""

from typing import Any, Final

from registry.tracking.audit_events import RUN_LOGGED
from registry.tracking.lookup import logged_model_of
from registry.tracking.services.inputs import GivenDataset, add_inputs, add_outputs

from .fields import inner, integer, objects, pairs, text
from .run_fields import RUN_ID, TAG_MOST, named_run
from .wire import Call, endpoint

_CHANGE: Final = "tracking.change_run"
_DATASET: Final = {
    "name": text(required=True, most=500),
    "digest": text(required=True, most=100),
    "source_type": text(required=True, most=100),
    "source": text(required=True, most=65_535),
    "schema": text(most=1_048_575),
    "profile": text(most=16_777_215),
}
_MODEL: Final = {"model_id": text(required=True, most=256)}


@endpoint(
    "POST",
    "runs/log-inputs",
    permission=_CHANGE,
    tells=RUN_LOGGED,
    takes=RUN_ID
    | {
        "datasets": objects(
            {"tags": pairs(value_most=TAG_MOST, most=100), "dataset": inner(_DATASET, required=True)}, most=100
        ),
        "models": objects(_MODEL, most=100),
    },
)
def log_inputs(call: Call) -> dict[str, Any]:
    """Note what a run was given. A dataset by the digest of a file in the portal joins the lineage."""
    datasets = [GivenDataset(**_described(one["dataset"]), tags=one["tags"]) for one in call.given["datasets"] or ()]
    models = [logged_model_of(call.user, one["model_id"]) for one in call.given["models"] or ()]
    add_inputs(named_run(call), datasets, models, user=call.user, actor=call.actor)
    return {}


@endpoint(
    "POST",
    "runs/outputs",
    permission=_CHANGE,
    tells=RUN_LOGGED,
    takes=RUN_ID | {"models": objects(_MODEL | {"step": integer(default=0)}, most=100)},
)
def log_outputs(call: Call) -> dict[str, Any]:
    """Note which logged models came out of a run."""
    found = [(logged_model_of(call.user, one["model_id"]), one["step"]) for one in call.given["models"] or ()]
    add_outputs(named_run(call), found, actor=call.actor)
    return {}


def _described(dataset: dict[str, Any]) -> dict[str, str]:
    return {name: value or "" for name, value in dataset.items()}
