"""Runs in MLflow's protocol."""

import time
from typing import Any, Final

from compliance.audit.reading import record_reading
from registry.tracking.audit_events import (
    RUN_CHANGED,
    RUN_DELETED,
    RUN_RESTORED,
    RUN_STARTED,
    RUN_VIEWED,
    RUNS_SEARCHED,
)
from registry.tracking.lookup import experiment_of
from registry.tracking.models import Run, RunStatus
from registry.tracking.services import logging
from registry.tracking.services import runs as services

from .fields import KEY_MOST, choice, integer, pairs, text, texts
from .pages import offset_of, page_of
from .run_fields import RUN_ID, TAG_MOST, named_run
from .shown_tracking import shown_info, shown_new_run, shown_runs
from .tracking_filters import ACTIVE, VIEWS, of_view, run_condition, run_order
from .wire import Call, endpoint

_VIEW, _ADD, _CHANGE, _DELETE = (f"tracking.{verb}_run" for verb in ("view", "add", "change", "delete"))
MOST_EXPERIMENTS: Final = 1000
# Whoever asks for more gets the rest page by page: each run of a page has all of its parameters opened.
MOST_SHOWN: Final = 5000


@endpoint(
    "POST",
    "runs/create",
    permission=_ADD,
    tells=RUN_STARTED,
    takes={
        "experiment_id": text(most=100, default="0"),
        "user_id": text(most=256),
        "run_name": text(most=250),
        "start_time": integer(least=0),
        "tags": pairs(value_most=TAG_MOST, most=100),
    },
)
def create(call: Call) -> dict[str, Any]:
    """Start a run; it belongs to whose key is used, whatever user_id says."""
    given = call.given
    experiment = experiment_of(call.user, given["experiment_id"] or "0")
    started = given["start_time"] if given["start_time"] is not None else time.time_ns() // 1_000_000
    run = services.start_run(experiment, given["run_name"], started, given["tags"], actor=call.actor)
    run.created_by = call.user
    return {"run": shown_new_run(run)}


@endpoint("GET", "runs/get", permission=_VIEW, tells=RUN_VIEWED, takes=RUN_ID)
def get(call: Call) -> dict[str, Any]:
    """A run with the last value of each metric, its parameters, tags, inputs and outputs."""
    run = named_run(call, with_parameters=True)
    record_reading(RUN_VIEWED, run, request=call.request, strict=True, run=run.run_id)
    return {"run": shown_runs([run])[0]}


@endpoint(
    "POST",
    "runs/update",
    permission=_CHANGE,
    tells=RUN_CHANGED,
    takes=RUN_ID | {"status": choice(*RunStatus.values), "end_time": integer(least=0), "run_name": text(most=250)},
)
def update(call: Call) -> dict[str, Any]:
    """Say how a run stands, when it ended, and what it is called."""
    given = call.given
    run = services.change_run(
        named_run(call),
        status=given["status"],
        ended_ms=given["end_time"],
        name=given["run_name"],
        actor=call.actor,
    )
    return {"run_info": shown_info(run)}


@endpoint("POST", "runs/delete", permission=_DELETE, tells=RUN_DELETED, takes=RUN_ID)
def delete(call: Call) -> dict[str, Any]:
    """Hide a run; it can be restored, and its files stay."""
    services.delete_run(named_run(call), actor=call.actor)
    return {}


@endpoint("POST", "runs/restore", permission=_DELETE, tells=RUN_RESTORED, takes=RUN_ID)
def restore(call: Call) -> dict[str, Any]:
    """Show a deleted run again."""
    services.restore_run(named_run(call), actor=call.actor)
    return {}


@endpoint(
    "POST",
    "runs/delete-tag",
    permission=_CHANGE,
    tells=RUN_CHANGED,
    takes=RUN_ID | {"key": text(required=True, most=KEY_MOST)},
)
def delete_tag(call: Call) -> dict[str, Any]:
    """Take a tag of a run away."""
    logging.delete_tag(named_run(call), call.given["key"], actor=call.actor)
    return {}


@endpoint(
    "POST",
    "runs/search",
    permission=_VIEW,
    tells=RUNS_SEARCHED,
    takes={
        "experiment_ids": texts(most=MOST_EXPERIMENTS, each=100),
        "filter": text(most=8000),
        "run_view_type": choice(*VIEWS, default=ACTIVE),
        "max_results": integer(default=1000, least=1, most=50_000),
        "order_by": texts(most=20),
        "page_token": text(most=1000),
    },
)
def search(call: Call) -> dict[str, Any]:
    """Runs of experiments that a filter finds, with their parameters: the ledger has how many."""
    given = call.given
    offset, size = offset_of(given["page_token"]), min(given["max_results"], MOST_SHOWN)
    numbers = [int(one) for one in given["experiment_ids"] if one.isascii() and one.isdigit() and len(one) < 19]
    runs = of_view(Run.objects.visible_to(call.user), given["run_view_type"]).filter(experiment__number__in=numbers)
    runs = runs.filter(run_condition(given["filter"])).order_by(*run_order(given["order_by"]))
    # Many runs are of one experiment and of one person: each is read once, not with every run.
    runs = runs.prefetch_related("experiment", "created_by").defer(None)
    page, token = page_of(list(runs[offset : offset + size + 1]), offset, size)
    record_reading(RUNS_SEARCHED, None, request=call.request, strict=True, found=len(page))
    answer: dict[str, Any] = {"runs": shown_runs(page)}
    return answer | {"next_page_token": token} if token else answer
