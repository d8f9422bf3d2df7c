"""Logged models in MLflow's protocol: what ``log_model`` makes before anybody registers it."""

from typing import Any, Final

from compliance.audit.reading import record_reading
from registry.tracking.logged import services
from registry.tracking.logged.events import (
    MODEL_CHANGED,
    MODEL_DELETED,
    MODEL_LOGGED,
    MODEL_VIEWED,
    MODELS_SEARCHED,
)
from registry.tracking.lookup import experiment_of, logged_model_of, run_of
from registry.tracking.models import LoggedModel, LoggedModelStatus

from .fields import choice, flag, integer, objects, pairs, text, texts
from .logged_filters import found, shown
from .pages import offset_of, page_of
from .refusals import InvalidValue, missing_value
from .rights import ADD_MODEL, CHANGE_MODEL, DELETE_MODEL, VIEW_MODEL
from .wire import Call, endpoint

_ONE: Final = "logged-models/<str:model_id>"
_NAME_MOST: Final = 500
_VALUE_MOST: Final = 8000
_PARAM_MOST: Final = 6000
_MOST_EXPERIMENTS: Final = 1000
# A page shows parameters, which are opened one by one.
_MOST_SHOWN: Final = 1000
_TAGS: Final = pairs(value_most=_VALUE_MOST, most=1000)
_PARAMS: Final = pairs(value_most=_PARAM_MOST, most=1000)


@endpoint(
    "POST",
    "logged-models",
    permission=ADD_MODEL,
    tells=MODEL_LOGGED,
    takes={
        "experiment_id": text(required=True, most=100),
        "name": text(most=_NAME_MOST),
        "source_run_id": text(most=256),
        "model_type": text(most=_NAME_MOST),
        "params": _PARAMS,
        "tags": _TAGS,
    },
)
def create(call: Call) -> dict[str, Any]:
    """Begin a logged model; its files follow."""
    given = call.given
    if any(sign in given["name"] for sign in "/:.%\"'"):
        raise InvalidValue(
            f"Invalid model name ({given['name'][:100]}) provided. Model name must be a non-empty string and cannot "
            "contain the following characters: ('/', ':', '.', '%', '\"', \"'\")",
            field="name",
        )
    run = run_of(call.user, given["source_run_id"]) if given["source_run_id"] else None
    row = services.log_model(
        experiment_of(call.user, given["experiment_id"]),
        name=given["name"],
        source_run=run,
        model_type=given["model_type"],
        tags=given["tags"],
        parameters=given["params"],
        actor=call.actor,
    )
    return _one(row)


@endpoint("GET", _ONE, permission=VIEW_MODEL, tells=MODEL_VIEWED, takes={"allow_deleted": flag()})
def get(call: Call) -> dict[str, Any]:
    """One logged model, with its parameters and the last values of its metrics."""
    row = _named(call)
    record_reading(MODEL_VIEWED, row, request=call.request, strict=True, model=row.model_id)
    return _one(row)


@endpoint(
    "PATCH",
    _ONE,
    permission=CHANGE_MODEL,
    tells=MODEL_CHANGED,
    takes={"status": choice(*LoggedModelStatus.values)},
)
def finish(call: Call) -> dict[str, Any]:
    """Say whether all files of the model have come."""
    if not call.given["status"]:
        raise missing_value("status")
    return _one(services.finish(_named(call), LoggedModelStatus(call.given["status"]), actor=call.actor))


@endpoint("DELETE", _ONE, permission=DELETE_MODEL, tells=MODEL_DELETED)
def delete(call: Call) -> dict[str, Any]:
    """Hide a logged model of which no version was made."""
    services.delete(_named(call), actor=call.actor)
    return {}


@endpoint("POST", f"{_ONE}/params", permission=CHANGE_MODEL, tells=MODEL_CHANGED, takes={"params": _PARAMS})
def add_params(call: Call) -> dict[str, Any]:
    """Add parameters; the value of a known one never changes."""
    services.add_parameters(_named(call), call.given["params"], actor=call.actor)
    return {}


@endpoint("PATCH", f"{_ONE}/tags", permission=CHANGE_MODEL, tells=MODEL_CHANGED, takes={"tags": _TAGS})
def set_tags(call: Call) -> dict[str, Any]:
    """Set tags of a logged model."""
    return _one(services.set_tags(_named(call), call.given["tags"], actor=call.actor))


@endpoint("DELETE", f"{_ONE}/tags/<path:key>", permission=CHANGE_MODEL, tells=MODEL_CHANGED)
def delete_tag(call: Call) -> dict[str, Any]:
    """Take a tag of a logged model away."""
    services.delete_tag(_named(call), call.path["key"], actor=call.actor)
    return {}


@endpoint(
    "POST",
    "logged-models/search",
    permission=VIEW_MODEL,
    tells=MODELS_SEARCHED,
    takes={
        "experiment_ids": texts(most=_MOST_EXPERIMENTS, each=100),
        "filter": text(most=8000),
        "datasets": objects({"dataset_name": text(required=True, most=500), "dataset_digest": text(most=100)}, most=50),
        "max_results": integer(default=50, least=1, most=_MOST_SHOWN),
        "order_by": objects(
            {
                "field_name": text(required=True, most=500),
                "ascending": flag(default=True),
                "dataset_name": text(most=500),
                "dataset_digest": text(most=100),
            },
            most=20,
        ),
        "page_token": text(most=1000),
    },
)
def search(call: Call) -> dict[str, Any]:
    """Logged models of some experiments that a filter finds."""
    given = call.given
    if not given["experiment_ids"]:
        raise missing_value("experiment_ids")
    numbers = [int(number) for number in given["experiment_ids"] if number.isascii() and number.isdigit()]
    models = LoggedModel.objects.visible_to(call.user).alive().defer(None).select_related("experiment", "source_run")
    models = models.filter(experiment__number__in=[number for number in numbers if number < 2**63])
    datasets = [(one["dataset_name"], one["dataset_digest"]) for one in given["datasets"]]
    offset, size = offset_of(given["page_token"]), given["max_results"]
    rows = found(models, given["filter"], datasets, given["order_by"])
    page, token = page_of(list(rows[offset : offset + size + 1]), offset, size)
    record_reading(MODELS_SEARCHED, request=call.request, strict=True, found=len(page))
    answer: dict[str, Any] = {"models": shown(page)}
    return answer | {"next_page_token": token} if token else answer


def _named(call: Call) -> LoggedModel:
    return logged_model_of(call.user, call.path["model_id"])


def _one(row: LoggedModel) -> dict[str, Any]:
    return {"model": shown([row])[0]}
