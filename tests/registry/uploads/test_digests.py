"""What the sender says that a file is, it is; or nothing is stored."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from registry.models import Artifact, ModelVersion
from registry.uploads.models import UploadSession
from tests.registry.samples import make_model, safetensors

from .sending import UPLOADS, VERSIONS, begin, complete, digest_header, offset, refused, send, upload

pytestmark = pytest.mark.django_db
Stored = Callable[[], list[Path]]
CONTENT = safetensors(bytes(range(256)) * 4)
WRONG = digest_header(b"something else")


@pytest.fixture(autouse=True)
def _model(scientist: Any) -> None:
    make_model(scientist)


def raw(api: Client, content: bytes = CONTENT, query: str = "", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return api.post(VERSIONS + query, content, content_type="application/octet-stream", headers=named)


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
@pytest.mark.parametrize("header", ["Content_Digest", "Repr_Digest"])
def test_a_bare_file_with_its_digest_is_taken(api: Client, header: str, algorithm: str) -> None:
    """S1-07."""
    answer = raw(api, **{header: digest_header(CONTENT, algorithm), "Content_Disposition": 'a; filename="m.st"'})
    assert answer.status_code == 201, answer.content
    assert answer.json()["file_name"] == "m.st"
    assert answer.json()["digest"]["sha256"] == hashlib.sha256(CONTENT).hexdigest()


def test_a_bare_file_is_described_in_the_address(api: Client) -> None:
    answer = raw(api, query="?metrics=auc=0.5&tags=nightly")
    assert answer.status_code == 201, answer.content
    assert answer.json()["metrics"] == {"auc": 0.5}
    refused(raw(api, query="?parameters=depth=3"), 400, "parameters.in_address")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (WRONG, "upload.digest_mismatch"),
        (digest_header(CONTENT) + ", " + digest_header(b"x", "sha512"), "upload.digest_mismatch"),
        ("sha-256=abc", "upload.digest_malformed"),
        ("sha-256=:AAAA:", "upload.digest_malformed"),
        ("sha-256=:====:", "upload.digest_malformed"),
        ("md5=:CY9rzUYh03PK3k6DJie09g==:", "upload.digest_malformed"),
    ],
)
def test_a_digest_that_does_not_fit_stores_nothing(api: Client, stored: Stored, said: str, code: str) -> None:
    refused(raw(api, Content_Digest=said), 400, code)
    form = {"file": SimpleUploadedFile("m", CONTENT)}
    refused(api.post(VERSIONS, form, headers={"Content-Digest": said}), 400, code)
    assert (stored(), Artifact.objects.count()) == ([], 0)


def test_an_algorithm_that_nobody_knows_is_passed_over(api: Client) -> None:
    assert raw(api, Content_Digest=f"unixsum=:AAA=:, {digest_header(CONTENT)}").status_code == 201


def test_a_form_may_say_the_digest_of_its_file(api: Client, stored: Stored) -> None:
    digest = hashlib.sha256(CONTENT).hexdigest()
    for said, code in (("0" * 64, "upload.digest_mismatch"), ("abc", "upload.digest_malformed")):
        form = {"file": SimpleUploadedFile("m", CONTENT), "sha256": said}
        refused(api.post(VERSIONS, form), 400, code)
    assert stored() == []
    form = {"file": SimpleUploadedFile("m", CONTENT), "sha256": digest.upper()}
    assert api.post(VERSIONS, form).status_code == 201


def test_sha512_is_checked_where_it_is_not_kept(api: Client, settings: Any) -> None:
    settings.MODELOPS_ARTIFACT_DIGESTS = ["sha256"]
    refused(raw(api, Content_Digest=digest_header(b"x", "sha512")), 400, "upload.digest_mismatch")
    assert raw(api, Content_Digest=digest_header(CONTENT, "sha512")).status_code == 201


def test_an_upload_whose_digest_differs_is_gone(
    api: Client, stored: Stored, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    made = upload(api, CONTENT, digest={"sha256": "0" * 64})
    with django_capture_on_commit_callbacks(execute=True):
        refused(complete(api, made), 400, "upload.digest_mismatch")
    refused(api.get(f"{UPLOADS}{made}/"), 404, "upload.not_found")
    assert (stored(), ModelVersion.objects.count(), UploadSession.objects.count()) == ([], 0, 0)
    bad = api.post(UPLOADS, {"length": 1, "digest": {"sha256": "xyz"}}, content_type="application/json")
    refused(bad, 400, "upload.digest_malformed")


def test_a_piece_that_was_changed_on_its_way_is_not_kept(
    api: Client, stored: Stored, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    from registry.uploads import receiving

    monkeypatch.setattr(receiving, "PART_BYTES", 100)
    address = begin(api, len(CONTENT))
    assert send(api, address, 0, CONTENT[:50], Content_Digest=digest_header(CONTENT[:50])).status_code == 204
    with django_capture_on_commit_callbacks(execute=True):
        answer = send(api, address, 50, CONTENT[50:500], Content_Digest=WRONG)
    refused(answer, 400, "upload.digest_mismatch")
    assert offset(api, address) == 50
    assert len(stored()) == 1
    assert send(api, address, 50, CONTENT[50:]).status_code == 204
    assert complete(api, address.removeprefix(UPLOADS).strip("/")).status_code == 201


def test_the_same_bytes_in_two_models_are_two_files(api: Client, scientist: Any, stored: Stored) -> None:
    """S0-39: the server names the files; identical bytes do not overwrite each other."""
    make_model(scientist, "other")
    first = raw(api, Content_Disposition='attachment; filename="/etc/passwd"')
    second = api.post("/api/v1/models/other/versions/", CONTENT, content_type="application/octet-stream")
    assert first.json()["digest"] == second.json()["digest"]
    assert len({path.name for path in stored()}) == 2
    assert not any("passwd" in str(path) for path in stored())
    assert first.json()["file_name"] == "passwd"
