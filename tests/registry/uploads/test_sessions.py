"""A file that arrives in pieces becomes one version, whole and once."""

import hashlib
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registry.artifacts.sweep import sweep
from registry.models import Artifact, DatasetVersion, ModelVersion
from registry.uploads.expiry import remove_expired
from registry.uploads.models import UploadPart, UploadSession
from tests.registry.samples import CSV, make_dataset, make_model, safetensors

from .sending import UPLOADS, VERSIONS, begin, complete, offset, refused, send, upload

pytestmark = pytest.mark.django_db
Stored = Callable[[], list[Path]]
CONTENT = safetensors(bytes(range(256)) * 4)


@pytest.fixture(autouse=True)
def _model(scientist: Any) -> None:
    make_model(scientist)


def test_pieces_become_one_version(
    api: Client, stored: Stored, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    """S1-07: the digest of the version is that of the whole file, and nothing of the pieces is left."""
    digest = hashlib.sha256(CONTENT).hexdigest()
    made = upload(api, CONTENT, digest={"sha256": digest, "sha512": hashlib.sha512(CONTENT).hexdigest()})
    assert len(stored()) == 3
    assert all(CONTENT[16:48] not in path.read_bytes() for path in stored())
    with django_capture_on_commit_callbacks(execute=True):
        answer = complete(api, made, metrics={"auc": 0.9}, parameters={"depth": 3}, tags=["nightly"])
    assert answer.status_code == 201, answer.content
    assert answer.json()["digest"]["sha256"] == digest
    assert answer.json()["size"] == len(CONTENT)
    assert answer.json()["file_name"] == "m.safetensors"
    assert answer.json()["metrics"] == {"auc": 0.9}
    assert answer.json()["tags"] == {"nightly": ""}
    assert [path.name for path in stored()] == [Artifact.objects.get().storage_name]
    assert b"".join(api.get(f"{VERSIONS}1/artifact/").streaming_content) == CONTENT  # type: ignore[attr-defined]
    assert api.get(f"{VERSIONS}1/parameters/").json() == {"parameters": {"depth": 3}}
    seen = api.get(f"{UPLOADS}{made}/").json()
    assert seen["state"] == "completed"
    assert seen["made"] == {"model": "arrival-delay", "version": 1}


def test_a_dataset_comes_in_pieces_too(api: Client, scientist: Any) -> None:
    """S1-07."""
    make_dataset(scientist)
    answer = complete(api, upload(api, CSV, 4, file_name="flights.csv"), "/api/v1/datasets/flights/versions/")
    assert answer.status_code == 201, answer.content
    assert answer.json()["rows"] == 3
    assert DatasetVersion.objects.get().artifact.file_name == "flights.csv"


def test_the_length_may_come_with_the_last_piece(api: Client) -> None:
    address = begin(api, None)
    assert send(api, address, 0, CONTENT[:100]).status_code == 204
    made = address.removeprefix(UPLOADS).strip("/")
    refused(complete(api, made), 409, "upload.length_unknown")
    assert send(api, address, 100, CONTENT[100:], Upload_Complete="?1").status_code == 204
    assert complete(api, made).status_code == 201


def test_headers_can_say_it_all(api: Client) -> None:
    """As the drafts for resumable uploads write it."""
    answer = api.post(
        UPLOADS,
        content_type="application/json",
        headers={"Upload-Length": str(len(CONTENT)), "Content-Disposition": 'attachment; filename="x/m.bin"'},
    )
    assert answer.status_code == 201
    assert (answer.json()["length"], answer.json()["file_name"]) == (len(CONTENT), "m.bin")


def test_a_piece_at_another_offset_is_refused_with_the_right_one(api: Client) -> None:
    address = begin(api, len(CONTENT))
    assert send(api, address, 0, CONTENT[:100]).status_code == 204
    for start in (0, 50, 101, 10**17):
        answer = send(api, address, start, b"x")
        refused(answer, 409, "upload.offset_mismatch")
        assert answer.headers["Upload-Offset"] == "100"
        assert answer.json()["offset"] == 100
    assert offset(api, address) == 100
    assert UploadPart.objects.count() == 1


def test_what_cannot_be_an_offset_or_a_length_is_refused(api: Client) -> None:
    address = begin(api, len(CONTENT))
    for bad in ("-1", "1.5", "", "abc", "0x10", "9" * 40, "+1", "²"):
        refused(send(api, address, bad, b"x"), 400, "upload.bad_offset")  # type: ignore[arg-type]
        refused(send(api, address, 0, b"x", Upload_Length=bad), 400, "upload.bad_length")
    refused(api.patch(address, b"x", content_type="application/octet-stream"), 400, "upload.offset_missing")
    refused(send(api, address, 0, b"x", Upload_Length=str(len(CONTENT) + 1)), 400, "upload.length_mismatch")
    for length in (-1, 10**30):
        answer = api.post(UPLOADS, {"length": length}, content_type="application/json")
        assert answer.status_code in {400, 413}
    refused(api.post(UPLOADS, {"length": 0}, content_type="application/json"), 400, "artifact.empty")
    refused(api.post(UPLOADS, {"length": 10**12}, content_type="application/json"), 413, "request.too_large")
    assert offset(api, address) == 0


def test_more_than_the_length_is_refused(api: Client, stored: Stored) -> None:
    address = begin(api, 10)
    refused(send(api, address, 0, bytes(11)), 400, "upload.too_long")
    assert (offset(api, address), stored()) == (0, [])


def test_pieces_of_another_kind_are_refused(api: Client) -> None:
    address = begin(api, 10)
    for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
        answer = api.patch(address, b"{}", content_type=kind, headers={"Upload-Offset": "0"})
        refused(answer, 415, "request.unsupported_media_type")
        assert "application/octet-stream" in answer.json()["detail"]


def test_an_empty_piece_changes_nothing(api: Client) -> None:
    address = begin(api, 10)
    assert send(api, address, 0, b"").status_code == 204
    assert (offset(api, address), UploadPart.objects.count()) == (0, 0)


def test_an_upload_that_is_not_whole_makes_no_version(api: Client) -> None:
    address = begin(api, len(CONTENT))
    send(api, address, 0, CONTENT[:-1])
    made = address.removeprefix(UPLOADS).strip("/")
    refused(complete(api, made), 409, "upload.incomplete")
    send(api, address, len(CONTENT) - 1, CONTENT[-1:])
    assert complete(api, made).status_code == 201
    refused(complete(api, made), 409, "upload.completed")
    refused(send(api, address, len(CONTENT), b""), 409, "upload.completed")
    assert ModelVersion.objects.count() == 1


def test_another_account_s_upload_is_not_there(api: Client, api_as: Any) -> None:
    from tests.accounts.people import make_user

    address = begin(api, len(CONTENT))
    made = address.removeprefix(UPLOADS).strip("/")
    other = api_as(make_user("other", "Data scientist"))
    for answer in (other.get(address), other.delete(address), send(other, address, 0, b"x"), complete(other, made)):
        refused(answer, 404, "upload.not_found")
    assert other.get(UPLOADS).json()["results"] == []
    assert [row["id"] for row in api.get(UPLOADS).json()["results"]] == [made]


def test_who_may_not_upload_begins_nothing(api_as: Any, scientist: Any, client: Client) -> None:
    from tests.accounts.people import make_user

    refused(api_as(make_user("viewer", "Viewer")).post(UPLOADS, {}), 403, "permission.denied")
    narrow = api_as(scientist, scopes=["registry.add_modelversion"])
    refused(narrow.post(UPLOADS, {}), 403, "permission.denied")
    refused(client.post(UPLOADS, {}), 401, "auth.required")


def test_a_cancelled_upload_leaves_nothing(
    api: Client, stored: Stored, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    address = begin(api, len(CONTENT))
    send(api, address, 0, CONTENT[:100])
    with django_capture_on_commit_callbacks(execute=True):
        assert api.delete(address).status_code == 204
    refused(api.get(address), 404, "upload.not_found")
    assert (stored(), UploadSession.objects.count()) == ([], 0)


def test_an_upload_expires_and_its_parts_are_kept_until_then(
    api: Client, stored: Stored, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    """The sweeper knows parts of uploads from orphans."""
    address = begin(api, len(CONTENT))
    send(api, address, 0, CONTENT[:100])
    assert (sweep(quiet_for_s=0).orphans, len(stored())) == (0, 1)
    assert remove_expired() == 0
    UploadSession.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    refused(api.get(address), 404, "upload.not_found")
    with django_capture_on_commit_callbacks(execute=True):
        assert remove_expired() == 1
    assert stored() == []


def test_limits_of_uploads(api: Client, settings: Any) -> None:
    settings.MODELOPS_MAX_OPEN_UPLOADS = 2
    settings.MODELOPS_MAX_UNFINISHED_BYTES = 1000
    begin(api, 900)
    refused(api.post(UPLOADS, {"length": 101}, content_type="application/json"), 409, "upload.no_room")
    address = begin(api, None)
    refused(api.post(UPLOADS, {"length": 1}, content_type="application/json"), 409, "upload.too_many")
    refused(send(api, address, 0, bytes(101)), 409, "upload.no_room")
    assert send(api, address, 0, bytes(100)).status_code == 204
    settings.MODELOPS_MAX_ARTIFACT_BYTES = 150
    refused(send(api, address, 100, bytes(51)), 413, "request.too_large")


def test_too_many_pieces_are_refused(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from registry.uploads import limits

    monkeypatch.setattr(limits, "MOST_PARTS", 2)
    address = begin(api, 100)
    for start in range(2):
        assert send(api, address, start, b"x").status_code == 204
    refused(send(api, address, 2, b"x"), 409, "upload.too_many_parts")


def test_a_long_body_is_cut_into_parts_that_are_each_durable(
    api: Client, monkeypatch: pytest.MonkeyPatch, stored: Stored
) -> None:
    """S4-25: each part is sealed under a salt of its own, and the parts fit together."""
    from registry.uploads import receiving

    monkeypatch.setattr(receiving, "PART_BYTES", 300)
    made = upload(api, CONTENT, 1)
    parts = list(UploadPart.objects.order_by("start"))
    assert [part.start for part in parts] == list(range(0, len(CONTENT), 300))
    headers = {path.read_bytes()[32:64] for path in stored()}
    assert len(headers) == len(parts) == len(stored())
    assert complete(api, made).status_code == 201


def test_a_part_that_was_swapped_is_found_out(api: Client) -> None:
    made = upload(api, CONTENT * 1, 2)
    first, second = UploadPart.objects.order_by("start")
    names = [first.storage_name, second.storage_name]
    for part, name in ((first, "x"), (second, names[0]), (first, names[1])):
        part.storage_name = name
        part.save()
    refused(complete(api, made), 503, "sealed.damaged")
    assert not ModelVersion.objects.exists()


def test_content_that_is_refused_takes_the_upload_along(
    api: Client, stored: Stored, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        refused(complete(api, upload(api, b"\x89PNG\r\n\x1a\n" + bytes(50))), 415, "artifact.unknown_format")
    assert (stored(), UploadSession.objects.count()) == ([], 0)


def test_a_mistake_beside_the_file_leaves_the_upload(api: Client) -> None:
    made = upload(api, CONTENT)
    answer = complete(api, made, metrics={"auc": "high"})
    assert answer.status_code == 400
    assert complete(api, made, metrics={"auc": 1}).status_code == 201


def test_the_list_costs_the_same_at_any_length(api: Client) -> None:
    begin(api, 10)
    with CaptureQueriesContext(
        connection,
    ) as few:
        api.get(UPLOADS)
    for _ in range(5):
        begin(api, 10)
    with CaptureQueriesContext(connection) as many:
        assert len(api.get(UPLOADS).json()["results"]) == 6
    assert len(few) == len(many)


def test_odd_file_names_are_only_names(api: Client) -> None:
    """S0-39: what the sender calls the file never becomes a path."""
    for name in ("../../etc/passwd", "/etc/passwd", "C:\\x\\passwd", "a\x00b\npasswd", "x" * 240 + "/passwd"):
        answer = api.post(UPLOADS, {"file_name": name, "length": 1}, content_type="application/json")
        if "\x00" in name:
            assert answer.status_code == 400
            continue
        assert answer.json()["file_name"].endswith("passwd")
        assert "/" not in answer.json()["file_name"]
        assert "\\" not in answer.json()["file_name"]


def test_the_sweeper_takes_what_an_upload_left_an_hour_ago(api: Client, stored: Stored) -> None:
    """S1-38: a part that was being written when the process died."""
    from registry.uploads.sealing import PartWriter, key_of

    address = begin(api, len(CONTENT))
    session = UploadSession.objects.get(pk=address.removeprefix(UPLOADS).strip("/"))
    writer = PartWriter(session, key_of(session), 0)
    writer.write(os.urandom(1_500_000))  # what is small waits in memory, and goes with the process
    (path,) = stored()
    os.utime(path, (time.time() - 3500, time.time() - 3500))
    assert sweep().unfinished == 0
    os.utime(path, (time.time() - 3700, time.time() - 3700))
    assert sweep().unfinished == 1
    assert stored() == []
    writer.discard()
