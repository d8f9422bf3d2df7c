"""A logged model with files, as a program of the data scientist leaves it."""

from typing import Any

from tests.registry.mlflow.conftest import Wire
from tests.registry.samples import safetensors

MLMODEL = b"flavors:\n  python_function:\n    loader_module: none\nmodel_uuid: 1\n"


def logged_model(wire: Wire, **files: bytes) -> Any:
    """A logged model of the default experiment; by default a file of weights and the MLmodel."""
    from registry.tracking.models import Experiment, LoggedModel

    experiment, _ = Experiment.objects.get_or_create(number=0, defaults={"name": "Default"})
    logged = LoggedModel.objects.create(experiment=experiment, name="model", status="LOGGED_MODEL_READY")
    for name, content in (files or {"weights.safetensors": safetensors(), "MLmodel": MLMODEL}).items():
        put_file(wire, f"0/models/{logged.model_id}/artifacts/{name}", content)
    return logged


def put_file(wire: Wire, path: str, content: bytes) -> None:
    """Send one file as the client does."""
    answer = wire.client.put(
        f"/mlflow/api/2.0/mlflow-artifacts/artifacts/{path}", content, content_type="application/octet-stream"
    )
    assert answer.status_code == 200, answer.content


def register(wire: Wire, name: str, logged: Any = None, **more: Any) -> dict[str, Any]:
    """A version made of a logged model."""
    logged = logged or logged_model(wire)
    source = f"models:/{logged.model_id}"
    status, said = wire.post("model-versions/create", {"name": name, "source": source, **more})
    assert status == 200, said
    found: dict[str, Any] = said["model_version"]
    return found
