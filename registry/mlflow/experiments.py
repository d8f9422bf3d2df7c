"""Experiments in MLflow's protocol."""

from typing import Any, Final

from compliance.audit.reading import record_reading
from registry.tracking.audit_events import (
    EXPERIMENT_CHANGED,
    EXPERIMENT_CREATED,
    EXPERIMENT_DELETED,
    EXPERIMENT_RESTORED,
    EXPERIMENT_VIEWED,
    EXPERIMENTS_SEARCHED,
)
from registry.tracking.lookup import ensure_default, experiment_named, experiment_of
from registry.tracking.models import Experiment
from registry.tracking.services import experiments as services

from .fields import KEY_MOST, choice, integer, pairs, text, texts
from .pages import offset_of, page_of
from .refusals import InvalidValue
from .shown_tracking import shown_experiment
from .tracking_filters import ACTIVE, VIEWS, experiment_condition, experiment_order, of_view
from .wire import Call, endpoint

NAME_MOST: Final = 500
TAG_MOST: Final = 5000
_VIEW, _ADD = "tracking.view_experiment", "tracking.add_experiment"
_CHANGE, _DELETE = "tracking.change_experiment", "tracking.delete_experiment"
_ID: Final = {"experiment_id": text(required=True, most=100)}
_SEARCH: Final = {
    "max_results": integer(default=1000, least=1, most=50_000),
    "filter": text(most=8000),
    "order_by": texts(most=20),
    "page_token": text(most=1000),
    "view_type": choice(*VIEWS, default=ACTIVE),
}


@endpoint(
    "POST",
    "experiments/create",
    permission=_ADD,
    tells=EXPERIMENT_CREATED,
    takes={
        "name": text(required=True, most=NAME_MOST),
        "artifact_location": text(),
        "tags": pairs(value_most=TAG_MOST, most=100),
    },
)
def create(call: Call) -> dict[str, Any]:
    """Make an experiment. Its files lie in the portal: no other place can be named for them."""
    if call.given["artifact_location"]:
        raise InvalidValue(
            "The portal keeps the files of every experiment itself, sealed. Leave artifact_location out.",
            field="artifact_location",
        )
    row = services.create_experiment(call.given["name"], call.given["tags"], actor=call.actor)
    return {"experiment_id": row.experiment_id}


@endpoint("GET", "experiments/get", permission=_VIEW, tells=EXPERIMENT_VIEWED, takes=_ID)
def get(call: Call) -> dict[str, Any]:
    """One experiment by its id, also a deleted one."""
    return _shown(call, experiment_of(call.user, call.given["experiment_id"]))


@endpoint(
    "GET",
    "experiments/get-by-name",
    permission=_VIEW,
    tells=EXPERIMENT_VIEWED,
    takes={"experiment_name": text(required=True, most=NAME_MOST)},
)
def get_by_name(call: Call) -> dict[str, Any]:
    """One experiment by its name, also a deleted one."""
    return _shown(call, experiment_named(call.user, call.given["experiment_name"]))


@endpoint("GET", "experiments/search", permission=_VIEW, tells=EXPERIMENTS_SEARCHED, takes=_SEARCH)
def list_by_query(call: Call) -> dict[str, Any]:
    """Experiments that a filter finds."""
    return _found(call)


@endpoint("POST", "experiments/search", permission=_VIEW, tells=EXPERIMENTS_SEARCHED, takes=_SEARCH)
def search(call: Call) -> dict[str, Any]:
    """Experiments that a filter finds."""
    return _found(call)


@endpoint(
    "POST",
    "experiments/update",
    permission=_CHANGE,
    tells=EXPERIMENT_CHANGED,
    takes=_ID | {"new_name": text(required=True, most=NAME_MOST)},
)
def update(call: Call) -> dict[str, Any]:
    """Give an experiment another name."""
    services.rename_experiment(_named(call), call.given["new_name"], actor=call.actor)
    return {}


@endpoint(
    "POST",
    "experiments/set-experiment-tag",
    permission=_CHANGE,
    tells=EXPERIMENT_CHANGED,
    takes=_ID | {"key": text(required=True, most=KEY_MOST), "value": text(most=TAG_MOST)},
)
def set_tag(call: Call) -> dict[str, Any]:
    """Set a tag of an experiment."""
    services.tag_experiment(_named(call), call.given["key"], call.given["value"], actor=call.actor)
    return {}


@endpoint(
    "POST",
    "experiments/delete-experiment-tag",
    permission=_CHANGE,
    tells=EXPERIMENT_CHANGED,
    takes=_ID | {"key": text(required=True, most=KEY_MOST)},
)
def delete_tag(call: Call) -> dict[str, Any]:
    """Take a tag of an experiment away."""
    services.tag_experiment(_named(call), call.given["key"], None, actor=call.actor)
    return {}


@endpoint("POST", "experiments/delete", permission=_DELETE, tells=EXPERIMENT_DELETED, takes=_ID)
def delete(call: Call) -> dict[str, Any]:
    """Hide an experiment with its runs; it can be restored."""
    services.delete_experiment(_named(call), actor=call.actor)
    return {}


@endpoint("POST", "experiments/restore", permission=_DELETE, tells=EXPERIMENT_RESTORED, takes=_ID)
def restore(call: Call) -> dict[str, Any]:
    """Show a deleted experiment again, with the runs that went with it."""
    services.restore_experiment(_named(call), actor=call.actor)
    return {}


def _named(call: Call) -> Experiment:
    return experiment_of(call.user, call.given["experiment_id"])


def _shown(call: Call, row: Experiment) -> dict[str, Any]:
    record_reading(EXPERIMENT_VIEWED, row, request=call.request, experiment=row.experiment_id)
    return {"experiment": shown_experiment(row)}


def _found(call: Call) -> dict[str, Any]:
    ensure_default()
    given = call.given
    offset, size = offset_of(given["page_token"]), given["max_results"]
    rows = of_view(Experiment.objects.visible_to(call.user), given["view_type"])
    rows = rows.filter(experiment_condition(given["filter"])).order_by(*experiment_order(given["order_by"]))
    page, token = page_of(list(rows[offset : offset + size + 1]), offset, size)
    record_reading(EXPERIMENTS_SEARCHED, None, request=call.request, found=len(page))
    answer: dict[str, Any] = {"experiments": [shown_experiment(row) for row in page]}
    return answer | {"next_page_token": token} if token else answer
