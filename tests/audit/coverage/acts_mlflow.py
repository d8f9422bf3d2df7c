"""Calls of MLflow's protocol about experiments and runs."""

from typing import Any

from .performing import Act
from .world import World

_V2 = "mlflow/api/2.0/mlflow/"
EXPERIMENT = "tracking.experiment"
RUN = "tracking.run"


def _experiment(world: World) -> Any:
    from registry.tracking.services.experiments import create_experiment

    return create_experiment("delays", {"team": "late"}, actor=world.actor("scientist"))


def _one(world: World) -> int:
    """How many to ask for, with the one for runs that name none there already."""
    from registry.tracking.lookup import ensure_default

    ensure_default()
    return 1


def _run(world: World) -> Any:
    from registry.tracking.services.runs import start_run

    return start_run(_experiment(world), "first", 1000, {"t": "x"}, actor=world.actor("scientist"))


def _of_experiment(**more: Any) -> Any:
    def before(world: World) -> dict[str, Any]:
        return {"data": {"experiment_id": _experiment(world).experiment_id, **more}}

    return before


def _of_run(**more: Any) -> Any:
    def before(world: World) -> dict[str, Any]:
        return {"data": {"run_id": _run(world).run_id, **more}}

    return before


def _deleted_experiment(world: World) -> dict[str, Any]:
    from registry.tracking.services.experiments import delete_experiment

    row = _experiment(world)
    delete_experiment(row, actor=world.actor("scientist"))
    return {"data": {"experiment_id": row.experiment_id}}


def _searched(world: World) -> dict[str, Any]:
    return {"data": {"experiment_ids": [_run(world).experiment.experiment_id]}}


def _outputs(world: World) -> dict[str, Any]:
    from registry.tracking.models import LoggedModel

    run = _run(world)
    model = LoggedModel.objects.create(experiment=run.experiment, source_run=run, name="model")
    return {"data": {"run_id": run.run_id, "models": [{"model_id": model.model_id, "step": 1}]}}


_DATASET = {"name": "flights", "digest": "d1", "source_type": "code", "source": "{}"}

ACTS: dict[str, Act] = {
    "GET experiments/<int:number>/": Act(
        "scientist", EXPERIMENT, before=lambda world: {"number": _experiment(world).number}
    ),
    "GET experiments/-/runs/<str:run_id>/": Act("scientist", RUN, before=lambda world: {"run_id": _run(world).run_id}),
    f"POST {_V2}experiments/create": Act("scientist", EXPERIMENT, {"name": "arrivals"}),
    f"GET {_V2}experiments/get": Act("scientist", EXPERIMENT, before=_of_experiment()),
    f"GET {_V2}experiments/get-by-name": Act(
        "scientist", EXPERIMENT, before=lambda world: {"data": {"experiment_name": _experiment(world).name}}
    ),
    f"GET {_V2}experiments/search": Act("scientist", before=lambda world: {"data": {"max_results": _one(world)}}),
    f"POST {_V2}experiments/search": Act("scientist", before=lambda world: {"data": {"max_results": _one(world)}}),
    f"POST {_V2}experiments/update": Act("scientist", EXPERIMENT, before=_of_experiment(new_name="late")),
    f"POST {_V2}experiments/set-experiment-tag": Act(
        "scientist", EXPERIMENT, before=_of_experiment(key="k", value="v")
    ),
    f"POST {_V2}experiments/delete-experiment-tag": Act("scientist", EXPERIMENT, before=_of_experiment(key="team")),
    f"POST {_V2}experiments/delete": Act("scientist", EXPERIMENT, before=_of_experiment()),
    f"POST {_V2}experiments/restore": Act("scientist", EXPERIMENT, before=_deleted_experiment),
    f"POST {_V2}runs/create": Act("scientist", RUN, before=_of_experiment()),
    f"GET {_V2}runs/get": Act("scientist", RUN, before=_of_run()),
    f"POST {_V2}runs/update": Act("scientist", RUN, before=_of_run(status="FINISHED", end_time=5000)),
    f"POST {_V2}runs/delete": Act("scientist", RUN, before=_of_run()),
    f"POST {_V2}runs/restore": Act("scientist", RUN, before=_of_run()),
    f"POST {_V2}runs/delete-tag": Act("scientist", RUN, before=_of_run(key="t")),
    f"POST {_V2}runs/search": Act("scientist", before=_searched),
    f"POST {_V2}runs/log-batch": Act(
        "scientist",
        RUN,
        before=_of_run(
            metrics=[{"key": "acc", "value": 0.5, "timestamp": 1}],
            params=[{"key": "lr", "value": "0.1"}],
            tags=[{"key": "k", "value": "v"}],
        ),
    ),
    f"POST {_V2}runs/log-metric": Act("scientist", RUN, before=_of_run(key="acc", value=0.5, timestamp=1)),
    f"POST {_V2}runs/log-parameter": Act("scientist", RUN, before=_of_run(key="lr", value="0.1")),
    f"POST {_V2}runs/set-tag": Act("scientist", RUN, before=_of_run(key="k", value="v")),
    f"GET {_V2}metrics/get-history": Act("scientist", RUN, before=_of_run(metric_key="acc")),
    f"POST {_V2}runs/log-inputs": Act("scientist", RUN, before=_of_run(datasets=[{"dataset": _DATASET}])),
    f"POST {_V2}runs/outputs": Act("scientist", RUN, before=_outputs),
}
