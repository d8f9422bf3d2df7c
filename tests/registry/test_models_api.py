"""Registering models and uploading versions over REST."""

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from compliance.audit.models import AuditEvent
from registry.models import ModelVersion, RegisteredModel

from .answers import problem_of
from .samples import harmful, make_dataset, make_dataset_version, make_model, pickled, safetensors

pytestmark = pytest.mark.django_db
Stored = Callable[[], list[Path]]


def post(api: Client, path: str, body: dict[str, Any]) -> Any:
    return api.post(f"/api/v1/{path}", body, content_type="application/json")


def upload(api: Client, content: bytes, name: str = "model.bin", **fields: Any) -> Any:
    file = SimpleUploadedFile(name, content)
    return api.post("/api/v1/models/arrival-delay/versions/", {"file": file, **fields})


def events(name: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(name=name))


def test_a_model_is_registered_once(api: Client, scientist: Any) -> None:
    body = {"name": "arrival-delay", "task_type": "binary_classification", "description": "Late by 15 minutes?"}
    answer = post(api, "models/", body)
    assert answer.status_code == 201
    assert answer.json()["name"] == "arrival-delay"
    assert RegisteredModel.objects.get().owner == scientist
    (event,) = events("registry.model.registered")
    assert (event.actor_ref, event.target_id) == (str(scientist.pk), answer.json()["id"])
    assert problem_of(post(api, "models/", body)) == (409, "model.name_taken")
    assert RegisteredModel.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "a/b", "task_type": "regression"}, "name.invalid"),
        ({"name": "..", "task_type": "regression"}, "name.invalid"),
        ({"name": "n" * 300, "task_type": "regression"}, "name.invalid"),
        ({"name": "m", "task_type": "fortune_telling"}, "model.unknown_task_type"),
        ({"task_type": "regression"}, "request.invalid"),
    ],
)
def test_an_unusable_name_or_task_type_is_refused(api: Client, body: dict[str, str], code: str) -> None:
    assert problem_of(post(api, "models/", body)) == (400, code)
    assert not RegisteredModel.objects.exists()
    (refusal,) = events("audit.request.refused")
    assert refusal.details["code"] == code


def test_an_upload_is_stored_sealed_and_comes_back_whole(api: Client, scientist: Any, stored: Stored) -> None:
    """S0-01, S0-02: what is stored is not what was sent, and what comes back is."""
    content = safetensors(b"\x00\x00\x80\x3f" * 600_000)  # More than two segments.
    make_model(scientist)
    answer = upload(api, content, name="../../weights\u2025.safetensors")
    body = answer.json()
    assert answer.status_code == 201, body
    digest = hashlib.sha256(content)
    assert body["version"] == 1
    assert (body["state"], body["scan"]["state"], body["format"]) == ("quarantined", "waiting", "safetensors")
    assert (body["digest"]["sha256"], body["size"]) == (digest.hexdigest(), len(content))
    assert body["cipher"].startswith("AES-256-GCM")
    assert body["key_version"] == 1
    (file,) = stored()
    assert content[100:164] not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0

    download = api.get("/api/v1/models/arrival-delay/versions/1/artifact/")
    assert download.getvalue() == content
    assert download.headers["Content-Length"] == str(len(content))
    assert download.headers["X-Content-Type-Options"] == "nosniff"
    assert download.headers["Content-Disposition"].startswith("attachment; filename")
    assert "/" not in download.headers["Content-Disposition"]
    assert download.headers["Content-Digest"].startswith(f"sha-256=:{base64.b64encode(digest.digest()).decode()}:")
    assert len(events("registry.version.added")) == len(events("registry.artifact.downloaded")) == 1


def test_an_upload_says_what_it_is(api: Client, scientist: Any) -> None:
    make_model(scientist)
    make_dataset_version(make_dataset(scientist), scientist)
    answer = upload(
        api,
        safetensors(),
        metrics=json.dumps({"auc": 0.71}),
        parameters=json.dumps({"learning_rate": 0.1, "layers": [3, 2]}),
        tags=["nightly", "team=search"],
        datasets=json.dumps([{"dataset": "flights", "version": 1}]),
    )
    body = answer.json()
    assert answer.status_code == 201, body
    assert body["metrics"] == {"auc": 0.71}
    assert body["tags"] == {"nightly": "", "team": "search"}
    assert body["datasets"] == [{"dataset": "flights", "version": 1}]
    assert "learning_rate" not in answer.content.decode()
    assert ModelVersion.objects.get().parameters == {"learning_rate": 0.1, "layers": [3, 2]}
    backwards = api.get("/api/v1/datasets/flights/versions/1/").json()
    assert backwards["model_versions"] == [{"model": "arrival-delay", "version": 1}]


def test_parameters_are_read_at_an_address_of_their_own_and_recorded(api: Client, scientist: Any) -> None:
    make_model(scientist)
    upload(api, safetensors(), parameters="learning_rate=0.1")
    answer = api.get("/api/v1/models/arrival-delay/versions/1/parameters/")
    assert answer.json() == {"parameters": {"learning_rate": 0.1}}
    assert len(events("registry.parameters.read")) == 1


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"metrics": '{"auc": "high"}'}, 400, "metrics.invalid"),
        ({"metrics": '{"auc": NaN}'}, 400, "metrics.invalid"),
        ({"metrics": "{"}, 400, "metrics.invalid"),
        ({"metrics": '{"auc": 1' + "0" * 400 + "}"}, 400, "metrics.invalid"),
        ({"metrics": '{"auc": 1e999}'}, 400, "metrics.invalid"),
        ({"parameters": '{"a": ' * 5000 + "1" + "}" * 5000}, 400, "parameters.invalid"),
        ({"parameters": "[1]"}, 400, "parameters.invalid"),
        ({"parameters": '{"a": "\\u0000"}'}, 400, "parameters.invalid"),
        ({"tags": '{"a": 1}'}, 400, "tags.invalid"),
        ({"tags": '{"a": "\\ud800"}'}, 400, "tags.invalid"),
        ({"datasets": '[{"dataset": "none", "version": 1}]'}, 404, "dataset_version.not_found"),
        ({"datasets": "none"}, 400, "datasets.invalid"),
        ({"datasets": '[{"dataset": "flights", "version": 1.5}]'}, 400, "datasets.invalid"),
        ({"datasets": '[{"dataset": "a\\u0000", "version": 1}]'}, 400, "datasets.invalid"),
        ({"datasets": "[[]]"}, 400, "datasets.invalid"),
        ({"datasets": "flights:99999999999"}, 400, "datasets.invalid"),
    ],
)
def test_an_unusable_description_stores_nothing(
    api: Client, scientist: Any, stored: Stored, fields: dict[str, str], status: int, code: str
) -> None:
    make_model(scientist)
    assert problem_of(upload(api, safetensors(), **fields)) == (status, code)
    assert not ModelVersion.objects.exists()
    assert stored() == []


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 400, "artifact.empty"),
        (b"<html>", 415, "artifact.unknown_format"),
        (safetensors()[:-1], 400, "artifact.damaged"),
    ],
)
def test_an_unusable_file_stores_nothing(
    api: Client, scientist: Any, stored: Stored, content: bytes, status: int, code: str
) -> None:
    make_model(scientist)
    assert problem_of(upload(api, content)) == (status, code)
    assert not ModelVersion.objects.exists()
    assert stored() == []
    assert [event.details["code"] for event in events("audit.request.refused")] == [code]


def test_what_holds_code_is_quarantined(api: Client, api_as: Any, scientist: Any) -> None:
    """S0-49: it is stored, and nobody has it back, also not its uploader, who owns the model."""
    from tests.accounts.people import make_user

    make_model(scientist)
    assert upload(api, harmful()).json()["state"] == "quarantined"
    address = "/api/v1/models/arrival-delay/versions/1/artifact/"
    for caller in (api, api_as(make_user("engineer", "ML engineer"))):
        assert problem_of(caller.get(address)) == (403, "artifact.quarantined")
    assert events("registry.artifact.downloaded") == []
    said = api.get("/api/v1/models/arrival-delay/versions/1/").json()
    assert (said["state"], said["scan"]["state"], said["scan"]["cause"]) == ("quarantined", "held", "content")


def test_an_honest_pickle_is_given_out_after_its_scan(api: Client, scientist: Any) -> None:
    make_model(scientist)
    assert upload(api, pickled()).json()["state"] == "quarantined"
    assert api.get("/api/v1/models/arrival-delay/versions/1/artifact/").getvalue() == pickled()
    assert api.get("/api/v1/models/arrival-delay/versions/1/").json()["state"] == "ready"


def test_lists_are_searched_and_paged(api: Client, scientist: Any) -> None:
    for name in ("alpha", "beta", "alphabet"):
        make_model(scientist, name)
    found = api.get("/api/v1/models/?q=ALPHA").json()
    assert [row["name"] for row in found["results"]] == ["alphabet", "alpha"]
    page = api.get("/api/v1/models/?page_size=2").json()
    assert [row["name"] for row in page["results"]] == ["alphabet", "beta"]
    assert [row["name"] for row in api.get(page["next"]).json()["results"]] == ["alpha"]


def test_versions_are_numbered_and_listed_newest_first(api: Client, scientist: Any) -> None:
    make_model(scientist)
    for _ in range(3):
        assert upload(api, safetensors()).status_code == 201
    rows = api.get("/api/v1/models/arrival-delay/versions/").json()["results"]
    assert [row["version"] for row in rows] == [3, 2, 1]
    assert api.get("/api/v1/models/arrival-delay/").json()["latest_version"] == 3
    assert api.get("/api/v1/models/arrival-delay/versions/2/").json()["version"] == 2


@pytest.mark.parametrize("path", ["models/none/", "models/none/versions/1/", "models/a%00b/", "models/..%2f/"])
def test_what_is_not_there_is_not_found(api: Client, path: str) -> None:
    assert api.get(f"/api/v1/{path}").status_code == 404
