"""Sealed files that arrive in pieces: what lies in the parts is the sender's ciphertext, sealed once more."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from compliance.audit.models import AuditEvent
from registry.artifacts import open_artifact
from registry.models import ModelVersion
from registry.uploads.models import UploadSession
from tests.registry.answers import problem_of
from tests.registry.samples import CSV, harmful, make_dataset, make_model, safetensors
from tests.registry.uploads.sending import UPLOADS, begin, complete, digest_header, upload

from .proxy import traces
from .sealing import VERSIONS, recipient, sealed
from .sealing import send as send_in_one

pytestmark = pytest.mark.django_db
Stored = Callable[[], list[Path]]
CONTENT = safetensors(bytes(range(256)) * 6_000)


@pytest.fixture(autouse=True)
def _model(scientist: Any) -> None:
    make_model(scientist)


def test_pieces_become_the_file_that_was_sealed(api: Client) -> None:
    """S1-01."""
    file, body = sealed(CONTENT, recipient(api))
    answer = complete(api, upload(api, body), sealed=file.key)
    assert answer.status_code == 201, answer.content
    assert answer.json()["digest"]["sha256"] == file.sha256
    assert answer.json()["size"] == len(CONTENT)
    with open_artifact(ModelVersion.objects.get().artifact) as opened:
        assert opened.read() == CONTENT
    assert AuditEvent.objects.filter(name="registry.sealed_upload.opened").count() == 1
    assert UploadSession.objects.get().state == "completed"


def test_the_request_that_completes_is_answered_once(api: Client) -> None:
    file, body = sealed(CONTENT, recipient(api))
    said = {"upload": upload(api, body), "sealed": file.key}
    first, again = (
        api.post(VERSIONS, said, content_type="application/json", headers={"Idempotency-Key": "k"}) for _ in range(2)
    )
    assert first.status_code == 201, first.content
    assert again.json() == first.json()
    assert ModelVersion.objects.count() == 1


def test_a_directory_has_a_key_for_each_file(api: Client) -> None:
    to = recipient(api)
    files = []
    for path, content in {"MLmodel": b"flavors: {}\n", "data/model.safetensors": CONTENT}.items():
        file, body = sealed(content, to)
        files.append({"path": path, "upload": upload(api, body, 1), "sealed": file.key})
    answer = api.post(VERSIONS, {"files": files}, content_type="application/json")
    assert answer.status_code == 201, answer.content
    assert answer.json()["file_count"] == 2
    assert AuditEvent.objects.get(name="registry.sealed_upload.opened").details["files"] == 2
    one_for_all = {"files": files, "sealed": files[0]["sealed"]}
    assert problem_of(api.post(VERSIONS, one_for_all, content_type="application/json")) == (400, "request.invalid")


def test_a_sealed_table_in_pieces(api: Client, scientist: Any) -> None:
    make_dataset(scientist)
    file, body = sealed(CSV, recipient(api))
    answer = complete(api, upload(api, body, 2), "/api/v1/datasets/flights/versions/", sealed=file.key)
    assert (answer.status_code, answer.json()["rows"]) == (201, 3)


def test_what_may_hold_code_is_quarantined(api: Client) -> None:
    file, body = sealed(harmful(), recipient(api))
    assert complete(api, upload(api, body, 1), sealed=file.key).json()["state"] == "quarantined"
    assert problem_of(api.get(f"{VERSIONS}1/artifact/")) == (403, "artifact.quarantined")


@pytest.mark.parametrize(
    ("bend", "code"),
    [
        (lambda body: body[:200] + bytes([body[200] ^ 1]) + body[201:], "sealed_upload.damaged"),
        (lambda body: body[:-5], "sealed_upload.truncated"),
        (lambda body: CONTENT, "sealed_upload.not_sealed"),
    ],
)
def test_bent_pieces_are_refused_and_removed(
    api: Client, stored: Stored, bend: Callable[[bytes], bytes], code: str
) -> None:
    """S1-01: sending the rest of it again would not help, so the upload goes too."""
    file, body = sealed(CONTENT, recipient(api))
    upload_id = upload(api, bend(body))
    assert problem_of(complete(api, upload_id, sealed=file.key)) == (400, code)
    assert not ModelVersion.objects.exists()
    assert problem_of(api.get(f"{UPLOADS}{upload_id}/")) == (404, "upload.not_found")


def test_a_wrong_key_can_be_corrected(api: Client) -> None:
    """The bytes may be sound: the upload stays until its key comes."""
    to = recipient(api)
    (file, body), (other, _) = sealed(CONTENT, to), sealed(CONTENT, to)
    upload_id = upload(api, body)
    assert problem_of(complete(api, upload_id, sealed=other.key)) == (400, "sealed_upload.wrong_key")
    malformed = {**file.key, "key": "AAAA"}
    assert problem_of(complete(api, upload_id, sealed=malformed)) == (400, "sealed_upload.malformed_key")
    assert complete(api, upload_id, sealed=file.key).status_code == 201


def test_without_its_key_a_sealed_upload_waits_for_it(api: Client) -> None:
    """Nobody could ever open it, so it is not stored; the key may still come."""
    file, body = sealed(CONTENT, recipient(api))
    upload_id = upload(api, body)
    assert problem_of(complete(api, upload_id)) == (400, "sealed_upload.key_missing")
    files = {"files": [{"path": "a.safetensors", "upload": upload_id}]}
    answer = api.post(VERSIONS, files, content_type="application/json")
    assert problem_of(answer) == (400, "sealed_upload.key_missing")
    assert not ModelVersion.objects.exists()
    assert complete(api, upload_id, sealed=file.key).status_code == 201


def test_the_digest_said_is_that_of_what_is_sent(api: Client) -> None:
    """The sealed file's, which the sender can know; the plaintext is proven by its segments."""
    file, body = sealed(CONTENT, recipient(api))
    wrong = upload(api, body, digest={"sha256": file.sha256})
    assert problem_of(complete(api, wrong, sealed=file.key)) == (400, "upload.digest_mismatch")
    right = upload(api, body, digest={"sha256": hashlib.sha256(body).hexdigest()})
    assert complete(api, right, sealed=file.key).status_code == 201


def test_no_temporary_file_holds_what_was_opened(
    api: Client, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S1-01: neither the store nor the temporary folder, in one request and in pieces."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    canary = b"canary-51d0c7e4-in-weights"
    content, to = safetensors((canary * 200_000)[:4_000_000]), recipient(api)
    (one, body), (other, pieces) = sealed(content, to), sealed(content, to)
    assert send_in_one(api, body, one.key).status_code == 201
    assert complete(api, upload(api, pieces), sealed=other.key).status_code == 201
    written = [path for root in (tmp_path, Path(settings.MODELOPS_HOME)) for path in root.rglob("*") if path.is_file()]
    assert len(written) >= 2
    assert [path for path in written if traces(path.read_bytes(), canary)] == []


def test_parts_hold_no_key_and_no_plaintext(api: Client, stored: Stored) -> None:
    """S1-01."""
    file, body = sealed(CONTENT, recipient(api))
    address = begin(api, len(body))
    api.patch(address, body[:800_000], content_type="application/octet-stream", headers={"Upload-Offset": "0"})
    (part,) = stored()
    assert body[4000:4100] not in part.read_bytes()
    assert CONTENT[4000:4100] not in part.read_bytes()
    assert send_in_one(api, body, file.key, Content_Digest=digest_header(body)).status_code == 201
