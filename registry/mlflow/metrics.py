"""Metrics, parameters and tags of runs in MLflow's protocol: what a training sends while it runs."""

from typing import Any, Final

from compliance.audit.reading import record_reading
from modelops.lib.errors import Invalid
from registry.tracking.audit_events import RUN_LOGGED, RUN_VIEWED
from registry.tracking.lookup import logged_model_of
from registry.tracking.services import logging
from registry.tracking.services.logging import Measured

from .fields import KEY_MOST, integer, objects, pairs, text
from .pages import offset_of, page_of
from .refusals import InvalidValue
from .run_fields import METRIC, PARAMETER_MOST, RUN_ID, TAG_MOST, named_run
from .shown_tracking import shown_metric
from .wire import Call, endpoint

_VIEW, _CHANGE = "tracking.view_run", "tracking.change_run"
MOST_AT_ONCE: Final = 1000
HISTORY_MOST: Final = 25_000


@endpoint(
    "POST",
    "runs/log-batch",
    permission=_CHANGE,
    tells=RUN_LOGGED,
    takes=RUN_ID
    | {
        "metrics": objects(METRIC, most=1000),
        "params": objects({"key": text(required=True, most=KEY_MOST), "value": text(most=PARAMETER_MOST)}, most=100),
        "tags": pairs(value_most=TAG_MOST, most=100),
    },
)
def log_batch(call: Call) -> dict[str, Any]:
    """Log metrics, parameters and tags: all of them or none."""
    given = call.given
    total = sum(len(given[name] or ()) for name in ("metrics", "params", "tags"))
    if total > MOST_AT_ONCE:
        raise InvalidValue(
            f"A batch logging request can contain at most {MOST_AT_ONCE} metrics, params and tags in total; this one "
            f"has {total}. Send several."
        )
    logging.log(
        named_run(call),
        metrics=_measured(call, given["metrics"] or ()),
        parameters=_each_once(given["params"] or ()),
        tags=given["tags"],
        actor=call.actor,
    )
    return {}


@endpoint("POST", "runs/log-metric", permission=_CHANGE, tells=RUN_LOGGED, takes=RUN_ID | METRIC)
def log_metric(call: Call) -> dict[str, Any]:
    """Log one value of a metric."""
    logging.log(named_run(call), metrics=_measured(call, [call.given]), actor=call.actor)
    return {}


@endpoint(
    "POST",
    "runs/log-parameter",
    permission=_CHANGE,
    tells=RUN_LOGGED,
    takes=RUN_ID | {"key": text(required=True, most=KEY_MOST), "value": text(most=PARAMETER_MOST)},
)
def log_parameter(call: Call) -> dict[str, Any]:
    """Log one parameter; a second value for it is refused."""
    logging.log(named_run(call), parameters={call.given["key"]: call.given["value"]}, actor=call.actor)
    return {}


@endpoint(
    "POST",
    "runs/set-tag",
    permission=_CHANGE,
    tells=RUN_LOGGED,
    takes=RUN_ID | {"key": text(required=True, most=KEY_MOST), "value": text(most=TAG_MOST)},
)
def set_tag(call: Call) -> dict[str, Any]:
    """Set a tag of a run."""
    logging.log(named_run(call), tags={call.given["key"]: call.given["value"]}, actor=call.actor)
    return {}


@endpoint(
    "GET",
    "metrics/get-history",
    permission=_VIEW,
    tells=RUN_VIEWED,
    takes=RUN_ID
    | {
        "metric_key": text(required=True, most=KEY_MOST),
        "max_results": integer(default=HISTORY_MOST, least=1, most=HISTORY_MOST),
        "page_token": text(most=1000),
    },
)
def get_history(call: Call) -> dict[str, Any]:
    """Every value of a metric, in the order in which they were measured."""
    run, given = named_run(call), call.given
    offset, size = offset_of(given["page_token"]), given["max_results"]
    # The same value about two models is one of the run.
    order = ("measured_ms", "step", "value")
    rows = run.metrics.filter(key=given["metric_key"]).order_by(*order).distinct(*order)
    page, token = page_of(list(rows[offset : offset + size + 1]), offset, size)
    record_reading(RUN_VIEWED, run, request=call.request, run=run.run_id)
    answer: dict[str, Any] = {"metrics": [shown_metric(row) for row in page]}
    return answer | {"next_page_token": token} if token else answer


def _measured(call: Call, metrics: Any) -> list[Measured]:
    models = {name: logged_model_of(call.user, name).pk for name in sorted({one["model_id"] for one in metrics} - {""})}
    return [
        Measured(
            one["key"],
            one["value"],
            one["step"],
            one["timestamp"],
            models.get(one["model_id"]),
            one["dataset_name"],
            one["dataset_digest"],
        )
        for one in metrics
    ]


def _each_once(parameters: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in parameters:
        if found.setdefault(one["key"], one["value"]) != one["value"]:
            raise Invalid(
                f"Duplicate parameter keys have been submitted: '{one['key']}' has two values. Send one.",
                code="parameter.twice",
                field=one["key"],
            )
    return found
