"""Logged models: made, completed, described, found and deleted, as the recorded calls of the client ask for it."""

from typing import Any

import pytest

from .conftest import Wire


@pytest.fixture
def experiment(scientist: Any) -> Any:
    from registry.tracking.models import Experiment

    return Experiment.objects.create(number=10, name="delays", owner=scientist)


@pytest.fixture
def run(scientist: Any, experiment: Any) -> Any:
    from registry.tracking.models import Run

    return Run.objects.create(experiment=experiment, name="first", started_ms=1, created_by=scientist)


def log(wire: Wire, name: str = "model", **more: Any) -> dict[str, Any]:
    status, body = wire.post("logged-models", {"experiment_id": "10", "name": name, **more})
    assert status == 200, body
    found: dict[str, Any] = body["model"]
    return found


def found(wire: Wire, **asked: Any) -> list[str]:
    status, body = wire.post("logged-models/search", {"experiment_ids": ["10"], **asked})
    assert status == 200, body
    return [one["info"]["name"] for one in body["models"]]


def measure(run: Any, model: dict[str, Any], key: str, value: float, *, step: int = 0, dataset: str = "") -> None:
    from registry.tracking.models import LoggedModel, Metric

    row = LoggedModel.objects.get(pk=model["info"]["model_id"][2:])
    Metric.objects.create(
        run=run, logged_model=row, key=key, value=value, step=step, measured_ms=1, dataset_name=dataset
    )


def test_a_model_is_logged_as_the_client_does_it(wire: Wire, run: Any) -> None:
    pairs = [{"key": "depth", "value": "8"}]
    model = log(wire, source_run_id=run.run_id, params=pairs, tags=[{"key": "mlflow.source.type", "value": "LOCAL"}])
    info = model["info"]
    own = info["model_id"]
    assert info["artifact_uri"] == f"mlflow-artifacts:/10/models/{own}/artifacts"
    assert (info["status"], info["source_run_id"], info["experiment_id"]) == ("LOGGED_MODEL_PENDING", run.run_id, "10")
    assert model["data"] == {"params": pairs}
    status, body = wire.patch(f"logged-models/{own}", {"model_id": own, "status": "LOGGED_MODEL_READY"})
    assert (status, body["model"]["info"]["status"]) == (200, "LOGGED_MODEL_READY")
    measure(run, model, "auc", 0.5, step=0)
    measure(run, model, "auc", 0.9, step=1)
    status, body = wire.get(f"logged-models/{own}")
    assert status == 200
    assert body["model"]["data"]["metrics"] == [
        {"key": "auc", "value": 0.9, "timestamp": 1, "step": 1, "model_id": own, "run_id": run.run_id}
    ]


def test_tags_change_and_parameters_do_not(wire: Wire, experiment: Any) -> None:
    own = log(wire, params=[{"key": "depth", "value": "8"}])["info"]["model_id"]
    assert wire.patch(f"logged-models/{own}/tags", {"tags": [{"key": "a", "value": "1"}]})[0] == 200
    assert wire.patch(f"logged-models/{own}/tags", {"tags": [{"key": "a", "value": "2"}]})[0] == 200
    _, body = wire.get(f"logged-models/{own}")
    assert body["model"]["info"]["tags"] == [{"key": "a", "value": "2"}]
    assert wire.delete(f"logged-models/{own}/tags/a") == (200, {})
    assert wire.delete(f"logged-models/{own}/tags/a")[0] == 404
    assert wire.post(f"logged-models/{own}/params", {"params": [{"key": "more", "value": "1"}]})[0] == 200
    status, body = wire.post(f"logged-models/{own}/params", {"params": [{"key": "depth", "value": "9"}]})
    assert (status, body["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert body["message"].startswith("Changing param values is not allowed. Param with key='depth'")


def test_a_deleted_model_is_not_found(wire: Wire, experiment: Any) -> None:
    own = log(wire)["info"]["model_id"]
    assert wire.delete(f"logged-models/{own}", {"model_id": own}) == (200, {})
    status, body = wire.get(f"logged-models/{own}")
    assert (status, body["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert body["message"] == f"Logged model with ID '{own}' not found."
    assert found(wire) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name = 'a'", ["a"]),
        ("name != 'a'", ["b"]),
        ("name LIKE 'A%'", []),
        ("name ILIKE 'A%'", ["a"]),
        ("name IN ('a', 'b')", ["b", "a"]),
        ("tags.team = 'fraud'", ["a"]),
        ("params.depth = '8'", ["a"]),
        ("params.depth != '8'", ["b"]),
        ("metrics.auc > 0.6", ["b"]),
        ("metrics.auc <= 0.6 AND name = 'a'", ["a"]),
        ("status = 'LOGGED_MODEL_PENDING'", ["b", "a"]),
        ("creation_timestamp > 0", ["b", "a"]),
        ("model_type = 'x'", []),
    ],
)
def test_every_kind_of_filter_finds_what_it_says(wire: Wire, run: Any, text: str, expected: list[str]) -> None:
    one = log(wire, "a", params=[{"key": "depth", "value": "8"}], tags=[{"key": "team", "value": "fraud"}])
    two = log(wire, "b", params=[{"key": "depth", "value": "9"}], source_run_id=run.run_id)
    measure(run, one, "auc", 0.5)
    measure(run, two, "auc", 0.7)
    assert found(wire, filter=text) == expected


def test_models_are_found_by_id_run_metric_and_dataset_in_the_asked_order(wire: Wire, run: Any) -> None:
    one, two = log(wire, "a"), log(wire, "b", source_run_id=run.run_id)
    measure(run, one, "auc", 0.5, dataset="train")
    measure(run, two, "auc", 0.7, dataset="test")
    assert found(wire, filter=f"model_id = '{one['info']['model_id']}'") == ["a"]
    assert found(wire, filter=f"source_run_id = '{run.run_id}'") == ["b"]
    assert found(wire, order_by=[{"field_name": "metrics.auc", "ascending": True}]) == ["a", "b"]
    assert found(wire, order_by=[{"field_name": "metrics.auc", "ascending": False}]) == ["b", "a"]
    assert found(wire, datasets=[{"dataset_name": "train"}]) == ["a"]
    status, body = wire.post("logged-models/search", {"experiment_ids": ["10"], "max_results": 1})
    assert [one["info"]["name"] for one in body["models"]] == ["b"]
    assert found(wire, max_results=1, page_token=body["next_page_token"]) == ["a"]
    assert status == 200


@pytest.mark.parametrize(
    "asked",
    [{"filter": "nonsense = 'x'"}, {"filter": "name = 'a' OR name = 'b'"}, {"page_token": "?"}, {"max_results": 0}],
)
def test_what_cannot_be_searched_is_refused(wire: Wire, experiment: Any, asked: dict[str, Any]) -> None:
    status, body = wire.post("logged-models/search", {"experiment_ids": ["10"], **asked})
    assert (status, body["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_reading_parameters_stands_in_the_ledger(wire: Wire, experiment: Any) -> None:
    from compliance.audit.models import AuditEvent

    own = log(wire, params=[{"key": "password", "value": "canary-91c2"}])["info"]["model_id"]
    wire.get(f"logged-models/{own}")
    found(wire)
    told = AuditEvent.objects.filter(name__startswith="tracking.model")
    assert {row.name for row in told} == {"tracking.model.logged", "tracking.model.viewed", "tracking.models.searched"}
    assert not any("canary-91c2" in str(row.details) for row in told)
