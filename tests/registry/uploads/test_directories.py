"""Several files as one version: uploaded, listed, given out, verified."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client

from modelops.lib.errors import Invalid
from registry.artifacts.paths import check_path, check_paths
from registry.models import Artifact, ModelVersion, ModelVersionFile
from registry.uploads.models import UploadSession
from tests.registry.samples import harmful, make_model, safetensors
from tests.scans import scan_waiting

from .sending import UPLOADS, VERSIONS, begin, refused, send, upload

pytestmark = pytest.mark.django_db
Stored = Callable[[], list[Path]]
MODEL = safetensors(bytes(range(256)) * 4)
FILES = {
    "MLmodel": b"flavors:\n  python_function:\n    loader_module: mlflow\n",
    "data/model.safetensors": MODEL,
    "requirements.txt": b"numpy==2.2.6\n",
}


@pytest.fixture(autouse=True)
def _model(scientist: Any) -> None:
    make_model(scientist)


def commit(api: Client, files: dict[str, bytes], **said: Any) -> Any:
    """Upload each file by itself and make a version of all."""
    named = [{"path": path, "upload": upload(api, content, 2)} for path, content in files.items()]
    return api.post(VERSIONS, {"files": named, **said}, content_type="application/json")


def by_form(api: Client, files: dict[str, bytes], **said: Any) -> Any:
    """All files in one form."""
    parts = {f"files/{path}": SimpleUploadedFile(path.split("/")[-1], content) for path, content in files.items()}
    return api.post(VERSIONS, {**parts, **said})


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("way", [commit, by_form])
def test_a_folder_becomes_one_version(way: Callable[..., Any], api: Client, stored: Stored) -> None:
    answer = way(api, FILES, tags='["nightly"]' if way is by_form else ["nightly"])
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert (said["is_directory"], said["file_count"], said["format"], said["state"]) == (
        True,
        3,
        "mlflow",
        "quarantined",
    )
    assert said["size"] == sum(len(content) for content in FILES.values())
    assert said["tags"] == {"nightly": ""}
    manifest = body(api.get(f"{VERSIONS}1/artifact/"))
    assert hashlib.sha256(manifest).hexdigest() == said["digest"]["sha256"]
    assert json.loads(manifest)["files"] == [
        {"path": path, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        for path, content in sorted(FILES.items())
    ]
    listed = api.get(f"{VERSIONS}1/files/").json()
    assert listed["manifest_sha256"] == said["digest"]["sha256"]
    assert [(row["path"], row["format"]) for row in listed["files"]] == [
        ("MLmodel", "text"),
        ("data/model.safetensors", "safetensors"),
        ("requirements.txt", "text"),
    ]
    for path, content in FILES.items():
        one = api.get(f"{VERSIONS}1/files/{path}")
        assert body(one) == content
        assert path.split("/")[-1] in one.headers["Content-Disposition"]
    names = set(Artifact.objects.values_list("storage_name", flat=True))
    assert len(names) == 4
    assert names <= {path.name for path in stored()}
    assert api.post(f"{VERSIONS}1/verify/").json()["verified"] is True


def test_the_same_files_have_the_same_manifest(api: Client) -> None:
    first, second = commit(api, FILES), by_form(api, dict(reversed(FILES.items())))
    assert first.json()["digest"]["sha256"] == second.json()["digest"]["sha256"]


def test_all_files_come_as_one_zip(api: Client) -> None:
    commit(api, FILES)
    answer = api.get(f"{VERSIONS}1/archive/")
    assert answer.headers["Content-Type"] == "application/zip"
    content = body(answer)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
    assert body(api.get(f"{VERSIONS}1/archive/")) == content
    from compliance.audit.models import AuditEvent

    assert AuditEvent.objects.filter(name="registry.artifact.downloaded").count() == 2 * len(FILES)


def test_a_single_file_has_no_archive(api: Client) -> None:
    api.post(VERSIONS, MODEL, content_type="application/octet-stream")
    refused(api.get(f"{VERSIONS}1/archive/"), 409, "version.no_directory")
    refused(api.get(f"{VERSIONS}1/files/x"), 404, "file.not_found")
    assert api.get(f"{VERSIONS}1/files/").json()["files"] == []


def test_one_file_with_code_quarantines_all(api: Client, api_as: Any) -> None:
    """S0-49: the folder is held as a whole, and says which of its files is why."""
    from tests.accounts.people import make_user

    other = api_as(make_user("other", "Data scientist"))
    files = (("model.pkl", harmful()), ("code/run.py", b"print(1)\n"), ("run", b"#!/bin/sh\n"))
    for number, (name, content) in enumerate(files, start=1):
        assert commit(api, {**FILES, name: content}).json()["state"] == "quarantined", name
        for address in ("artifact/", "archive/", "files/MLmodel"):
            refused(other.get(f"{VERSIONS}{number}/{address}"), 403, "artifact.quarantined")
        (reason,) = api.get(f"{VERSIONS}{number}/").json()["scan"]["reasons"]
        assert reason.startswith(f"{name}: ")


def test_a_damaged_file_is_found_and_aborts_the_zip(api: Client, stored: Stored) -> None:
    from modelops.crypto.errors import DecryptionFailed

    commit(api, FILES)
    scan_waiting()
    name = ModelVersionFile.objects.get(path="data/model.safetensors").artifact.storage_name
    (path,) = [path for path in stored() if path.name == name]
    sealed = bytearray(path.read_bytes())
    sealed[200] ^= 1
    path.write_bytes(sealed)
    assert api.post(f"{VERSIONS}1/verify/").json()["verified"] is False
    with pytest.raises(DecryptionFailed):
        body(api.get(f"{VERSIONS}1/archive/"))


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../x", "a/../b", "./a", "a//b", "a/", "a\\b", "C:x", "a\x00b", "a\nb", "nul", "a/COM1.txt",
     "a.", "a ", " a", "x" * 256, "/".join("x" * 17), "a/" * 600 + "a", "a\u202eb", "a\u200bb", "e\u0301", "a*b",
     "\ud800"],
)  # fmt: skip
def test_paths_that_lead_elsewhere_are_refused(path: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_path(path)
    assert refusal.value.code == "directory.bad_path"


def test_paths_that_collide_are_refused() -> None:
    for paths in (["a", "a"], ["a", "A"], ["straße", "STRASSE"], ["a", "a/b"], ["A", "a/b"]):
        with pytest.raises(Invalid) as refusal:
            check_paths(paths)
        assert refusal.value.code == "directory.bad_path", paths
    with pytest.raises(Invalid, match="at most 1,000"):
        check_paths(f"f{number}" for number in range(1001))
    assert check_paths(["b/ä.txt", "a", "b/c"]) == ["a", "b/c", "b/ä.txt"]


def test_a_folder_that_is_refused_leaves_nothing(api: Client, stored: Stored) -> None:
    """Nothing of a folder is stored when one of its files cannot be."""
    for files, code in (
        ({**FILES, "../x": b"abc"}, "directory.bad_path"),
        ({**FILES, "mlmodel": b"abc"}, "directory.bad_path"),
        ({**FILES, "empty": b""}, "artifact.empty"),
        ({**FILES, "x.safetensors": MODEL[:-1]}, None),
    ):
        answer = by_form(api, files)
        assert answer.status_code == 400
        assert code in {None, answer.json()["code"]}
    mixed = {"file": SimpleUploadedFile("m", MODEL), "files/m": SimpleUploadedFile("m", MODEL)}
    refused(api.post(VERSIONS, mixed), 400, "file.missing")
    assert (stored(), ModelVersion.objects.count(), Artifact.objects.count()) == ([], 0, 0)


def test_uploads_of_a_folder_are_whole_one_s_own_and_used_once(api: Client, api_as: Any, stored: Stored) -> None:
    from tests.accounts.people import make_user

    whole = upload(api, MODEL)
    begun = begin(api, 10)
    send(api, begun, 0, b"x")
    foreign = upload(api_as(make_user("other", "Data scientist")), MODEL)

    def named(*ids: str) -> Any:
        files = [{"path": f"f{number}", "upload": each} for number, each in enumerate(ids)]
        return api.post(VERSIONS, {"files": files}, content_type="application/json")

    refused(named(whole, begun.removeprefix(UPLOADS).strip("/")), 409, "upload.incomplete")
    refused(named(whole, foreign), 404, "upload.not_found")
    refused(named(whole, whole), 400, "upload.named_twice")
    refused(api.post(VERSIONS, {"files": []}, content_type="application/json"), 400, "request.invalid")
    refused(api.post(VERSIONS, {}, content_type="application/json"), 400, "request.invalid")
    refused(
        api.post(
            VERSIONS, {"upload": whole, "files": [{"path": "f", "upload": whole}]}, content_type="application/json"
        ),
        400,
        "request.invalid",
    )
    assert UploadSession.objects.filter(state="open").count() == 3
    assert named(whole).status_code == 201
    refused(named(whole), 409, "upload.completed")


def test_a_form_takes_a_hundred_files_and_no_more(api: Client, stored: Stored) -> None:
    files = {f"f{number}.txt": b"text" for number in range(101)}
    refused(by_form(api, files), 413, "directory.too_many_files")
    assert stored() == []
    files.popitem()
    assert by_form(api, files).json()["file_count"] == 100


def test_all_files_of_a_form_count_towards_the_limit(api: Client, stored: Stored, settings: Any) -> None:
    settings.MODELOPS_MAX_ARTIFACT_BYTES = 2 * len(MODEL)
    refused(by_form(api, {"a": MODEL, "b": MODEL, "c": b"x"}), 413, "request.too_large")
    assert stored() == []


def test_files_of_a_version_cannot_be_changed(api: Client) -> None:
    commit(api, FILES)
    with pytest.raises(IntegrityError):
        ModelVersionFile.objects.filter(path="MLmodel").update(path="other")


def test_the_version_page_lists_the_files(api: Client, portal: Client) -> None:
    commit(api, FILES)
    page = portal.get("/models/arrival-delay/versions/1/").content.decode()
    assert "data/model.safetensors" in page
    assert "Download all" not in page  # before its scan nothing is given out
    scan_waiting()
    page = portal.get("/models/arrival-delay/versions/1/").content.decode()
    assert "data/model.safetensors" in page
    assert "Download all" in page
    one = portal.post("/models/arrival-delay/versions/1/files/data/model.safetensors")
    assert body(one) == MODEL
    with zipfile.ZipFile(io.BytesIO(body(portal.post("/models/arrival-delay/versions/1/archive/")))) as archive:
        assert archive.namelist() == sorted(FILES)
