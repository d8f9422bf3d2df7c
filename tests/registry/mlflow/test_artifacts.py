"""Files of runs and logged models: sealed, listed, fetched, removed, and never outside their root."""

import os
import pickle
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.scans import scan_waiting

from .conftest import Wire, issue_key

FILES = "api/2.0/mlflow-artifacts/artifacts"
CANARY = b"canary-4f1b: the plaintext of an artifact"


class _Opener:
    def __reduce__(self) -> Any:
        return os.system, ("true",)


PICKLE = pickle.dumps(_Opener())


@pytest.fixture
def run(scientist: Any) -> Any:
    from registry.tracking.models import Experiment, Run

    experiment = Experiment.objects.create(number=7, name="delays", owner=scientist)
    return Run.objects.create(experiment=experiment, name="first", started_ms=1, created_by=scientist)


@pytest.fixture
def root(run: Any) -> str:
    return f"7/{run.run_id}/artifacts"


def put(wire: Wire, path: str, content: bytes = CANARY) -> tuple[int, Any]:
    answer = wire.client.put(f"/mlflow/{FILES}/{path}", content, content_type="text/plain")
    return answer.status_code, answer.json()


def fetched(wire: Wire, path: str) -> tuple[int, bytes, Any]:
    answer = wire.client.get(f"/mlflow/{FILES}/{path}")
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, body, answer.headers


def names(wire: Wire, path: str) -> list[str]:
    status, found = wire.get("artifacts", {"path": path}, under="api/2.0/mlflow-artifacts/")
    assert status == 200
    return [entry["path"] for entry in found.get("files", [])]


def test_a_file_is_sealed_on_disk_and_comes_back_as_it_was(wire: Wire, root: str, stored: Any) -> None:
    from compliance.audit.models import AuditEvent

    assert put(wire, f"{root}/notes/MLmodel") == (200, {})
    [file] = stored()
    assert CANARY not in Path(file).read_bytes()
    status, body, headers = fetched(wire, f"{root}/notes/MLmodel")
    assert (status, body) == (200, CANARY)
    assert headers["Content-Type"] == "text/plain"
    assert headers["Content-Disposition"] == 'attachment; filename="MLmodel"'
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert int(headers["Content-Length"]) == len(CANARY)
    told = set(AuditEvent.objects.values_list("name", flat=True))
    assert {"tracking.file.stored", "tracking.file.opened"} <= told


def test_html_is_never_shown_as_a_page(wire: Wire, root: str) -> None:
    put(wire, f"{root}/estimator.html", b"<script>alert(1)</script>")
    headers = fetched(wire, f"{root}/estimator.html")[2]
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].startswith("attachment")


def test_folders_are_listed_by_the_names_in_them(wire: Wire, run: Any, root: str) -> None:
    for path in ("MLmodel", "data/a.bin", "data/deep/b.bin"):
        put(wire, f"{root}/{path}")
    _, found = wire.get("artifacts", {"path": root}, under="api/2.0/mlflow-artifacts/")
    assert found == {
        "files": [
            {"path": "MLmodel", "is_dir": False, "file_size": len(CANARY)},
            {"path": "data", "is_dir": True},
        ]
    }
    assert names(wire, f"{root}/data") == ["a.bin", "deep"]
    status, of_run = wire.get("artifacts/list", {"run_id": run.run_id, "path": "data"})
    assert status == 200
    assert of_run["root_uri"] == f"mlflow-artifacts:/{root}"
    assert [entry["path"] for entry in of_run["files"]] == ["data/a.bin", "data/deep"]


def test_a_missing_folder_is_empty_and_a_missing_file_is_not_found(wire: Wire, root: str) -> None:
    assert wire.get("artifacts", {"path": f"{root}/none"}, under="api/2.0/mlflow-artifacts/") == (200, {})
    status, body, _ = fetched(wire, f"{root}/none")
    assert status == 404
    assert b"RESOURCE_DOES_NOT_EXIST" in body
    assert wire.delete(f"artifacts/{root}/none", under="api/2.0/mlflow-artifacts/") == (200, {})


def test_a_file_can_be_replaced_and_removed_and_leaves_nothing(
    wire: Wire, root: str, stored: Any, django_capture_on_commit_callbacks: Any
) -> None:
    put(wire, f"{root}/a.txt", b"one")
    with django_capture_on_commit_callbacks(execute=True):
        put(wire, f"{root}/a.txt", b"two")
    assert fetched(wire, f"{root}/a.txt")[1] == b"two"
    assert len(stored()) == 1
    put(wire, f"{root}/d/b.txt", b"three")
    with django_capture_on_commit_callbacks(execute=True):
        assert wire.delete(f"artifacts/{root}/d", under="api/2.0/mlflow-artifacts/")[0] == 200
    assert names(wire, root) == ["a.txt"]
    assert len(stored()) == 1


def test_a_file_of_no_bytes_is_kept_without_anything_stored(wire: Wire, root: str, stored: Any) -> None:
    assert put(wire, f"{root}/code/__init__.py", b"")[0] == 200
    assert fetched(wire, f"{root}/code/__init__.py")[:2] == (200, b"")
    assert stored() == []


@pytest.mark.parametrize(
    "path",
    [
        "../secret",
        "a/../../b",
        "%2e%2e/secret",
        "%252e%252e%252fsecret",
        "%25252e%25252e/secret",
        "a%5c..%5cb",
        "a\\b",
        "a%23b",
        "a%3fb",
        "a%00b",
        "%2fetc/passwd",
        "a//b",
        "a/./b",
        "a%0ab",
        "file:%2f%2f%2fetc%2fpasswd",
        "C:%5cwindows",
    ],
)
@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_no_spelling_leads_out_of_the_root(wire: Wire, root: str, stored: Any, path: str, method: str) -> None:
    answer = getattr(wire.client, method)(f"/mlflow/{FILES}/{root}/{path}", content_type="text/plain")
    assert answer.status_code in {400, 404}
    if answer.status_code == 400:
        assert answer.json()["message"] == "Invalid path"
        assert answer.json()["error_code"] == "INVALID_PARAMETER_VALUE"
    assert stored() == []


def test_listing_takes_no_traversal_either(wire: Wire, root: str) -> None:
    for path in (f"{root}/../..", "../etc", "/etc", "%2e%2e", f"{root}/a\\b"):
        status, body = wire.get("artifacts", {"path": path}, under="api/2.0/mlflow-artifacts/")
        assert (status, body["message"]) == (400, "Invalid path")


def test_files_lie_under_the_experiment_of_their_run_only(wire: Wire, run: Any, root: str) -> None:
    put(wire, f"{root}/a.txt")
    assert fetched(wire, f"8/{run.run_id}/artifacts/a.txt")[0] == 404
    assert fetched(wire, f"7/{uuid.uuid4().hex}/artifacts/a.txt")[0] == 404
    assert put(wire, "7/artifacts/a.txt")[0] == 404


def test_who_may_only_look_stores_and_opens_nothing(wire: Wire, root: str, stored: Any) -> None:
    from tests.accounts.people import make_user

    put(wire, f"{root}/a.txt")
    reader = Wire(issue_key(make_user("officer", "Compliance officer")))
    assert put(reader, f"{root}/b.txt")[0] == 403
    assert fetched(reader, f"{root}/a.txt")[0] == 403
    assert reader.delete(f"artifacts/{root}/a.txt", under="api/2.0/mlflow-artifacts/")[0] == 403
    assert len(stored()) == 1


def test_a_body_over_the_limit_is_refused(wire: Wire, root: str, stored: Any, settings: Any) -> None:
    settings.MODELOPS_MAX_ARTIFACT_BYTES = 10
    status, body = put(wire, f"{root}/a.txt")
    assert (status, body["error_code"]) == (413, "INVALID_PARAMETER_VALUE")
    assert stored() == []


def test_what_became_a_version_stays_as_it_was(wire: Wire, run: Any, root: str, scientist: Any) -> None:
    from accounts.actors import actor_of
    from registry.services import add_directory_version
    from registry.tracking.files.folders import download_uri, folder_of, note_registered
    from tests.registry.samples import make_model

    put(wire, f"{root}/model/MLmodel", b"flavors: {}\n")
    put(wire, f"{root}/model/model.pkl", PICKLE)
    folder = folder_of(f"mlflow-artifacts:/{root}/model", user=scientist)
    version = add_directory_version(
        make_model(scientist),
        folder.openings(),
        then=lambda made: note_registered(folder, made),
        actor=actor_of(scientist),
    )
    for answer in (
        put(wire, f"{root}/model/MLmodel", b"other"),
        wire.delete(f"artifacts/{root}/model", under="api/2.0/mlflow-artifacts/"),
    ):
        assert answer[0] == 409
        assert answer[1]["error_code"] == "RESOURCE_CONFLICT"
        assert "stays as it was" in answer[1]["message"]
    assert put(wire, f"{root}/other.txt")[0] == 200
    # What the scanner holds nobody gets, by neither name.
    scan_waiting()
    own = download_uri(version).removeprefix("mlflow-artifacts:/")
    for place in (f"{root}/model/model.pkl", f"{root}/model/MLmodel", f"{own}/model.pkl"):
        status, body, _ = fetched(wire, place)
        assert (status, b"PERMISSION_DENIED" in body) == (403, True)
    assert names(wire, own) == ["MLmodel", "model.pkl"]
    assert fetched(wire, f"{root}/other.txt")[0] == 200


def test_a_clean_version_gives_out_its_own_sealed_copy(wire: Wire, root: str, scientist: Any, stored: Any) -> None:
    from accounts.actors import actor_of
    from registry.services import add_directory_version
    from registry.tracking.files.folders import download_uri, folder_of, note_registered
    from tests.registry.samples import make_model

    put(wire, f"{root}/model/MLmodel", b"flavors: {}\n")
    put(wire, f"{root}/model/code/__init__.py", b"")
    folder = folder_of(f"mlflow-artifacts:/{root}/model", user=scientist)
    version = add_directory_version(
        make_model(scientist),
        folder.openings(),
        then=lambda made: note_registered(folder, made),
        actor=actor_of(scientist),
    )
    scan_waiting()
    own = download_uri(version).removeprefix("mlflow-artifacts:/")
    assert names(wire, own) == ["MLmodel"]
    assert fetched(wire, f"{own}/MLmodel")[:2] == (200, b"flavors: {}\n")
    assert put(wire, f"{own}/MLmodel", b"other")[0] == 403
    assert len(stored()) == 3  # the file of the run, the copy of the version and the manifest


@pytest.mark.parametrize(
    "source",
    [
        "mlflow-artifacts://elsewhere.example/7/x/artifacts",
        "mlflow-artifacts:////elsewhere.example/7",
        "file:///etc/passwd",
        "https://elsewhere.example/model",
        "s3://bucket/model",
        "/etc/passwd",
        "mlflow-artifacts:/7/../../etc",
        "runs:/../../etc",
        "models:/m-x/../y",
    ],
)
def test_no_source_elsewhere_becomes_a_version(scientist: Any, source: str) -> None:
    from modelops.lib.errors import DomainError
    from registry.tracking.files.folders import folder_of

    with pytest.raises(DomainError) as refusal:
        folder_of(source, user=scientist)
    assert refusal.value.status in {400, 404}


def test_transfers_in_parts_send_the_client_back_to_one_stream(wire: Wire, root: str) -> None:
    status, body = wire.post(f"mpu/create/{root}/big", {"num_parts": 2}, under="api/2.0/mlflow-artifacts/")
    assert status == 501
    assert body["message"].startswith("Multipart upload is not supported for the current artifact repository")
    assert wire.get(f"presigned/{root}/big", under="api/2.0/mlflow-artifacts/")[0] == 501


def test_files_of_a_deleted_run_go_when_its_time_is_over(
    wire: Wire, run: Any, root: str, stored: Any, django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    import datetime as dt

    from django.utils import timezone

    from compliance.audit import Actor
    from registry.tracking.files import purging

    put(wire, f"{root}/a.txt")
    actor = Actor("system", "retention")
    assert purging.purge_due(actor=actor) == 0
    long_ago = timezone.now() - dt.timedelta(days=settings.MODELOPS_DELETED_KEPT_DAYS + 1)
    type(run).objects.filter(pk=run.pk).update(deleted_at=long_ago)
    assert purging.count_due() == 1
    with django_capture_on_commit_callbacks(execute=True):
        assert purging.purge_due(actor=actor) == 1
    assert stored() == []
    assert put(wire, f"{root}/b.txt")[0] == 400
