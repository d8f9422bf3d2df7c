"""Versions over MLflow's protocol: made of logged files, waiting for their scan, never of anything elsewhere."""

import threading
from typing import Any

import pytest

from registry.models import ModelVersion
from tests.registry.mlflow.conftest import Wire
from tests.registry.mlflow.logging_files import MLMODEL, logged_model, put_file, register
from tests.registry.samples import harmful, make_dataset, make_dataset_version, safetensors
from tests.scans import scan_waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def model(wire: Wire) -> str:
    """A registered model without a version."""
    assert wire.post("registered-models/create", {"name": "delay"})[0] == 200
    return "delay"


def shown(wire: Wire, version: str = "1") -> dict[str, Any]:
    status, said = wire.get("model-versions/get", {"name": "delay", "version": version})
    assert status == 200, said
    found: dict[str, Any] = said["model_version"]
    return found


def test_a_version_waits_for_its_scan_and_is_ready_when_it_is_clean(wire: Wire, model: str) -> None:
    logged = logged_model(wire)
    made = register(wire, model, logged, description="d1", tags=[{"key": "i", "value": "1"}], model_id=logged.model_id)
    assert made["version"] == "1"
    assert made["source"] == f"models:/{logged.model_id}"
    assert made["model_id"] == logged.model_id
    assert (made["status"], made["current_stage"], made["description"]) == ("PENDING_REGISTRATION", "None", "d1")
    assert made["tags"] == [{"key": "i", "value": "1"}]
    assert shown(wire) == made
    scan_waiting()
    assert shown(wire) == {key: value for key, value in made.items() if key != "status_message"} | {"status": "READY"}

    version = ModelVersion.objects.get(model__name=model)
    assert version.file_format == "mlflow"
    assert sorted(version.files.values_list("path", flat=True)) == ["MLmodel", "weights.safetensors"]
    status, said = wire.get("model-versions/get-download-uri", {"name": model, "version": "1"})
    assert (status, said) == (200, {"artifact_uri": f"mlflow-artifacts:/versions/{version.pk.hex}/artifacts"})
    listed = wire.get("artifacts", {"path": said["artifact_uri"].removeprefix("mlflow-artifacts:/")},
                      under="api/2.0/mlflow-artifacts/")  # fmt: skip
    assert [one["path"] for one in listed[1]["files"]] == ["MLmodel", "weights.safetensors"]


def test_a_version_in_quarantine_has_failed_with_the_reason(wire: Wire, model: str) -> None:
    """What the scanner holds never becomes READY, and the client is told why."""
    register(wire, model, logged_model(wire, MLmodel=MLMODEL, **{"model.pkl": harmful()}))
    scan_waiting()
    found = shown(wire)
    assert found["status"] == "FAILED_REGISTRATION"
    assert "quarantine" in found["status_message"]
    assert "model.pkl" in found["status_message"] or "system" in found["status_message"]


@pytest.mark.parametrize(
    "source",
    [
        "file:///etc/passwd", "/etc/passwd", "http://169.254.169.254/latest", "s3://bucket/key", "ftp://host/x",
        "mlflow-artifacts://other.example/0/models/m-0/artifacts", "runs:/../../x", "mlflow-artifacts:/../../etc",
        "mlflow-artifacts:/0/models/%2e%2e/artifacts", "models:/m-x/../../y", "dummy-source", "prompt-template", "x",
        "dbfs:/x", "models:/", "runs:/", "file:x#y", "mlflow-artifacts:/0/m\\..\\x/artifacts",
    ],
)  # fmt: skip
def test_files_come_from_nowhere_else(wire: Wire, model: str, source: str) -> None:
    """No disk, no other host, no way out of a root (the class of CVE-2023-1177 and CVE-2024-3573)."""
    status, said = wire.post("model-versions/create", {"name": model, "source": source})
    assert (status, said["error_code"]) in {(400, "INVALID_PARAMETER_VALUE"), (404, "RESOURCE_DOES_NOT_EXIST")}
    assert not ModelVersion.objects.exists()


def test_a_source_outside_what_is_named_beside_it_is_refused(wire: Wire, model: str) -> None:
    logged, other = logged_model(wire), logged_model(wire)
    for beside in ({"model_id": other.model_id}, {"run_id": "0" * 32}):
        source = f"mlflow-artifacts:/0/models/{logged.model_id}/artifacts"
        status, said = wire.post("model-versions/create", {"name": model, "source": source, **beside})
        assert (status, said["code"]) == (400, "source.outside")


def test_a_version_joins_the_run_with_its_metrics_parameters_and_data(wire: Wire, model: str, scientist: Any) -> None:
    """The run of the protocol is the run of the lineage; datasets that were logged are what it was trained on."""
    from registry.tracking.models import DatasetInput, Experiment, LatestMetric, Run

    experiment, _ = Experiment.objects.get_or_create(number=0, defaults={"name": "Default"})
    run = Run.objects.create(experiment=experiment, started_ms=1, parameters={"depth": "3"})
    LatestMetric.objects.create(run=run, key="auc", value=0.9, measured_ms=1)
    LatestMetric.objects.create(run=run, key="nan", value=float("nan"), measured_ms=1)
    data = make_dataset_version(make_dataset(scientist), scientist)
    DatasetInput.objects.create(run=run, name="flights", digest="1", dataset_version=data)
    put_file(wire, f"0/{run.run_id}/artifacts/model/weights.safetensors", safetensors())
    source = f"runs:/{run.run_id}/model"
    status, said = wire.post("model-versions/create", {"name": model, "source": source, "run_id": run.run_id})
    assert status == 200, said
    assert said["model_version"]["run_id"] == run.run_id
    version = ModelVersion.objects.get(model__name=model)
    assert (version.run_reference, version.metrics) == (run.run_id, {"auc": 0.9})
    assert list(version.datasets.all()) == [data]
    assert version.parameters == {"depth": "3"}
    found = wire.get("model-versions/search", {"filter": f"run_id = '{run.run_id}'"})[1]["model_versions"]
    assert [one["version"] for one in found] == ["1"]


def test_a_version_of_another_version_has_copies_of_its_own(wire: Wire, model: str) -> None:
    register(wire, model)
    status, said = wire.post("model-versions/create", {"name": model, "source": "models:/delay/1"})
    assert (status, said["code"]) == (409, "source.quarantined")
    scan_waiting()
    status, said = wire.post("model-versions/create", {"name": model, "source": "models:/delay/1"})
    assert (status, said["model_version"]["version"]) == (200, "2")
    first, second = ModelVersion.objects.filter(model__name=model).order_by("number")
    assert first.artifact.sha256 == second.artifact.sha256
    kept = {row.artifact.storage_name for version in (first, second) for row in version.files.all()}
    assert len(kept) == 4


def test_descriptions_and_tags_of_a_version_change(wire: Wire, model: str) -> None:
    register(wire, model, tags=[{"key": "i", "value": "1"}])
    one = {"name": model, "version": "1"}
    status, said = wire.patch("model-versions/update", {**one, "description": "vd"})
    assert (status, said["model_version"]["description"]) == (200, "vd")
    assert wire.post("model-versions/set-tag", {**one, "key": "approved", "value": "yes"}) == (200, {})
    assert shown(wire)["tags"] == [{"key": "i", "value": "1"}, {"key": "approved", "value": "yes"}]
    for _ in range(2):
        assert wire.delete("model-versions/delete-tag", {**one, "key": "i"}) == (200, {})
    assert shown(wire)["tags"] == [{"key": "approved", "value": "yes"}]


def test_a_deleted_number_is_not_given_out_again(wire: Wire, model: str) -> None:
    logged = logged_model(wire)
    register(wire, model, logged)
    assert wire.delete("model-versions/delete", {"name": model, "version": "1"}) == (200, {})
    status, said = wire.get("model-versions/get", {"name": model, "version": "1"})
    assert (status, said["message"]) == (404, "Model Version (name=delay, version=1) not found")
    assert register(wire, model, logged)["version"] == "2"


@pytest.mark.parametrize("version", ["abc", "-1", "1.5", "99999999999"])
def test_a_number_is_a_number(wire: Wire, model: str, version: str) -> None:
    status, said = wire.get("model-versions/get", {"name": model, "version": version})
    assert (status, said["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert said["message"] == f"Parameter 'version' must be an integer, got '{version}'."


def test_a_search_compares_numbers_sources_and_tags(wire: Wire, model: str) -> None:
    logged = logged_model(wire)
    for number in "123":
        register(wire, model, logged, tags=[{"key": "i", "value": number}])
    found = {
        "name = 'delay'": ["3", "2", "1"],
        "name='delay' AND version_number > 1": ["3", "2"],
        "version_number >= 2 AND version_number != 3": ["2"],
        "version_number <= 1": ["1"],
        "version_number < 2.5": ["2", "1"],
        "version_number = 3": ["3"],
        "tags.i = '2'": ["2"],
        "tags.i != '2'": ["3", "1"],
        "tags.other != '2'": [],
        f"source_path = 'models:/{logged.model_id}'": ["3", "2", "1"],
        "source_path LIKE 'runs:%'": [],
        "run_id IN ('a', 'b')": [],
        "creation_timestamp > 99999999999999999999": [],
        "creation_timestamp > 0": ["3", "2", "1"],
        "tag.`mlflow.prompt.is_prompt` != 'true'": ["3", "2", "1"],
    }
    for text, numbers in found.items():
        status, said = wire.get("model-versions/search", {"filter": text})
        assert status == 200, said
        assert [one["version"] for one in said.get("model_versions", [])] == numbers, text
    status, said = wire.get("model-versions/search", {"order_by": "version_number ASC", "max_results": 2})
    assert [one["version"] for one in said["model_versions"]] == ["1", "2"]
    status, said = wire.get("model-versions/search", {"filter": "stage = 'x'"})
    assert (status, said["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_the_answer_to_a_registration_is_what_reading_the_version_says(wire: Wire, model: str) -> None:
    """It is written from what was just stored, and says every word of it."""
    said = register(
        wire, model, description="for the <winter>", run_link="https://ci.example/7",
        tags=[{"key": "team", "value": "grid"}, {"key": "note", "value": "x" * 400}],
    )  # fmt: skip
    assert said == shown(wire)
    assert register(wire, model) == shown(wire, "2")


@pytest.mark.django_db(transaction=True)
def test_registering_at_once_gives_distinct_numbers(wire: Wire) -> None:
    from django.db import connection

    wire.post("registered-models/create", {"name": "delay"})
    logged, found = logged_model(wire), []

    def one() -> None:
        try:
            found.append(register(wire, "delay", logged)["version"])
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found, key=int) == [str(number) for number in range(1, 11)]


def test_the_page_of_a_version_shows_what_was_said_over_the_protocol(wire: Wire, model: str, scientist: Any) -> None:
    from django.test import Client

    from tests.accounts.people import sign_in

    register(wire, model, description="for the <winter>", tags=[{"key": "i", "value": "1"}])
    wire.post("model-versions/set-tag", {"name": model, "version": "1", "key": "approved", "value": "yes" * 200})
    page = sign_in(Client(), scientist).get("/models/delay/versions/1/").content.decode()
    assert "for the &lt;winter&gt;" in page
    assert "approved: yesyes" in page
    assert "Registered from" in page
