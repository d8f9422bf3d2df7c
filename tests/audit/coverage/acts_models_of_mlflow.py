"""Calls of MLflow's protocol upon registered models, versions, aliases and stages."""

from functools import partial
from typing import Any

from .acts_registry import MODEL, VERSION
from .performing import Act
from .world import World

_M = "mlflow/api/2.0/mlflow/registered-models/"
_V = "mlflow/api/2.0/mlflow/model-versions/"


def _model(world: World, **more: Any) -> dict[str, Any]:
    return {"data": {"name": world.model.name, **more}}


def _version(world: World, **more: Any) -> dict[str, Any]:
    return _model(world, version="2", **more)


def _tagged(world: World) -> dict[str, Any]:
    from registry.labels import services

    services.tag_model(world.model, "team", "risk", actor=world.actor("scientist"))
    return _model(world, key="team")


def _version_tagged(world: World) -> dict[str, Any]:
    from registry.labels import services

    services.tag_version(world.version(2), "team", "risk", actor=world.actor("scientist"))
    return _version(world, key="team")


def stock(world: World) -> None:
    """Labels of a model and of a version."""
    _tagged(world)
    _version_tagged(world)


def _alias(world: World) -> dict[str, Any]:
    from registry.aliases.services import set_alias

    set_alias(world.model, "candidate", world.version(2), actor=world.actor("scientist"))
    return _model(world, alias="candidate")


def _of(change: Any, **more: Any) -> Any:
    return partial(change, **more)


ACTS: dict[str, Act] = {
    f"POST {_M}create": Act("scientist", MODEL, {"name": "over-mlflow", "tags": [{"key": "team", "value": "risk"}]}),
    f"GET {_M}get": Act("scientist", MODEL, before=_model),
    f"PATCH {_M}update": Act("scientist", MODEL, before=_of(_model, description="Another one")),
    f"POST {_M}rename": Act("scientist", MODEL, before=_of(_model, new_name="renamed-over-mlflow")),
    f"DELETE {_M}delete": Act("scientist", MODEL, before=_model),
    f"POST {_M}get-latest-versions": Act("scientist", MODEL, before=_model),
    f"GET {_M}get-latest-versions": Act("scientist", MODEL, before=_model),
    f"POST {_M}set-tag": Act("scientist", MODEL, before=_of(_model, key="team", value="risk")),
    f"DELETE {_M}delete-tag": Act("scientist", MODEL, before=_tagged),
    f"POST {_M}alias": Act("engineer", VERSION, before=_of(_version, alias="candidate")),
    f"GET {_M}alias": Act("engineer", VERSION, before=_alias),
    f"DELETE {_M}alias": Act("engineer", VERSION, before=_alias),
    f"POST {_V}create": Act("scientist", VERSION, before=_of(_model, source="models:/arrival-delay/1")),
    f"GET {_V}get": Act("scientist", VERSION, before=_version),
    f"PATCH {_V}update": Act("scientist", VERSION, before=_of(_version, description="Another one")),
    f"DELETE {_V}delete": Act("scientist", VERSION, before=_version),
    f"POST {_V}set-tag": Act("scientist", VERSION, before=_of(_version, key="team", value="risk")),
    f"DELETE {_V}delete-tag": Act("scientist", VERSION, before=_version_tagged),
    f"POST {_V}transition-stage": Act("engineer", VERSION, before=_of(_version, stage="Staging")),
}
