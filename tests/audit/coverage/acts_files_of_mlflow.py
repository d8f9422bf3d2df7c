"""Calls of MLflow's protocol about logged models, and about files of runs."""

from typing import Any

from .performing import Act
from .world import World

_V2 = "mlflow/api/2.0/mlflow/"
_FILE = "mlflow/api/2.0/mlflow-artifacts/artifacts/<path:path>"
_ONE = f"{_V2}logged-models/<str:model_id>"
RUN, LOGGED = "tracking.run", "tracking.loggedmodel"


def run(world: World) -> Any:
    """A run of an experiment."""
    from registry.tracking.services.experiments import create_experiment
    from registry.tracking.services.runs import start_run

    experiment = create_experiment("delays", {}, actor=world.actor("scientist"))
    return start_run(experiment, "first", 1000, {}, actor=world.actor("scientist"))


def _new_file(world: World) -> dict[str, Any]:
    made = run(world)
    return {"path": f"{made.experiment.number}/{made.run_id}/artifacts/notes/a.txt", "data": b"words"}


def _file(world: World) -> dict[str, Any]:
    from registry.tracking.files.storing import store

    made = run(world)
    store(made, "a.txt", [b"words"], actor=world.actor("scientist"))
    return {"path": f"{made.experiment.number}/{made.run_id}/artifacts/a.txt"}


def _logged(**data: Any) -> Any:
    def before(world: World) -> dict[str, Any]:
        from registry.tracking.logged.services import log_model

        model = log_model(run(world).experiment, name="model", tags={"team": "late"}, actor=world.actor("scientist"))
        return {"model_id": model.model_id, **({"data": data} if data else {})}

    return before


def _searched(world: World) -> dict[str, Any]:
    return {"data": {"experiment_ids": [run(world).experiment.experiment_id]}}


def _of_run(world: World) -> dict[str, Any]:
    made = run(world)
    return {"data": {"experiment_id": made.experiment.experiment_id, "source_run_id": made.run_id, "name": "model"}}


_PAIR = [{"key": "depth", "value": "8"}]
ACTS: dict[str, Act] = {
    f"PUT {_FILE}": Act("scientist", RUN, before=_new_file),
    f"GET {_FILE}": Act("scientist", RUN, before=_file),
    f"DELETE {_FILE}": Act("scientist", RUN, before=_file),
    f"POST {_V2}logged-models": Act("scientist", LOGGED, before=_of_run),
    f"GET {_ONE}": Act("scientist", LOGGED, before=_logged()),
    f"PATCH {_ONE}": Act("scientist", LOGGED, before=_logged(status="LOGGED_MODEL_READY")),
    f"DELETE {_ONE}": Act("scientist", LOGGED, before=_logged()),
    f"POST {_ONE}/params": Act("scientist", LOGGED, before=_logged(params=_PAIR)),
    f"PATCH {_ONE}/tags": Act("scientist", LOGGED, before=_logged(tags=_PAIR)),
    f"DELETE {_ONE}/tags/<path:key>": Act("scientist", LOGGED, before=lambda world: _logged()(world) | {"key": "team"}),
    f"POST {_V2}logged-models/search": Act("scientist", before=_searched),
}
