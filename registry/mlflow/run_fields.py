"""What calls about a run have in common: both of its names, and the run that they lead to."""

from dataclasses import replace
from typing import Final

from registry.tracking.lookup import run_of
from registry.tracking.models import Run

from .fields import KEY_MOST, Field, integer, number, text
from .refusals import missing_value
from .wire import Call

TAG_MOST: Final = 8000
PARAMETER_MOST: Final = 6000
# The client sends both, the second for servers from before the first had its name.
RUN_ID: Final[dict[str, Field]] = {
    "run_id": replace(text(most=256), is_asked=True),
    "run_uuid": text(most=256),
}
METRIC: Final[dict[str, Field]] = {
    "key": text(required=True, most=KEY_MOST),
    "value": number(required=True),
    "timestamp": integer(required=True),
    "step": integer(default=0),
    "model_id": text(most=256),
    "dataset_name": text(most=500),
    "dataset_digest": text(most=100),
}


def named_run(call: Call, *, with_parameters: bool = False) -> Run:
    """The run that the call is about. Raises InvalidValue and NotFound."""
    run_id = call.given["run_id"] or call.given["run_uuid"]
    if not run_id:
        raise missing_value("run_id")
    return run_of(call.user, run_id, with_parameters=with_parameters)
