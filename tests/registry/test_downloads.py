"""Downloads: whole, in part, resumed, refused; each with its rows in the ledger."""

import base64
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from modelops.crypto.errors import DecryptionFailed
from registry import services
from registry.models import ModelVersion

from .answers import problem_of
from .samples import make_dataset, make_dataset_version, make_model, make_version, safetensors

pytestmark = pytest.mark.django_db
Stored = Callable[[], list[Path]]
CONTENT = safetensors(os.urandom(3_000_000))
ADDRESS = "/api/v1/models/arrival-delay/versions/1/artifact/"


@pytest.fixture
def version(stored: Stored, scientist: Any) -> ModelVersion:
    """A version whose file has three segments."""
    return make_version(make_model(scientist), scientist, CONTENT)


def rows() -> list[tuple[str, str, Any, Any, Any, Any]]:
    """Name, outcome, part, bytes sent, verified and result of each row about a download, in order."""
    events = AuditEvent.objects.filter(name__startswith="registry.artifact.download").order_by("id")
    told = ("part", "sent", "verified", "result")
    return [(e.name.rpartition(".")[2], e.outcome, *(e.details.get(each) for each in told)) for e in events]


def test_the_whole_file_comes_with_its_digests(api: Client, version: ModelVersion) -> None:
    """S0-02, S0-20, S1-23: the row before and the row after, verified."""
    answer = api.get(ADDRESS)
    assert rows() == [("download_started", "success", "whole", None, None, None)]
    content = answer.getvalue()
    assert content == CONTENT
    assert rows()[1:] == [("downloaded", "success", "whole", len(CONTENT), True, "verified")]
    assert answer.status_code == 200
    stored = api.get("/api/v1/models/arrival-delay/versions/1/").json()
    assert stored["digests"] == [
        {"algorithm": "sha256", "digest": hashlib.sha256(content).hexdigest()},
        {"algorithm": "sha512", "digest": hashlib.sha512(content).hexdigest()},
    ]
    assert stored["digest"]["sha512"] == hashlib.sha512(content).hexdigest()
    sha256, sha512 = (base64.b64encode(hashlib.new(n, content).digest()).decode() for n in ("sha256", "sha512"))
    assert answer.headers["Repr-Digest"] == f"sha-256=:{sha256}:, sha-512=:{sha512}:"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"] == f'"{version.artifact.sha256}"'


def test_both_rows_belong_to_the_request_that_asked(api: Client, version: ModelVersion) -> None:
    api.get(ADDRESS, headers={"X-Request-Id": "request-of-the-test"}).getvalue()
    events = AuditEvent.objects.filter(name__startswith="registry.artifact.download")
    assert {event.request_id for event in events} == {"request-of-the-test"}


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-99", 0, 100),
        ("bytes=1048570-1048580", 1_048_570, 1_048_581),
        ("bytes=2999990-", 2_999_990, len(CONTENT)),
        ("bytes=-7", len(CONTENT) - 7, len(CONTENT)),
        (f"bytes=0-{10**12}", 0, len(CONTENT)),
    ],
)
def test_a_part_of_the_file(api: Client, version: ModelVersion, asked: str, start: int, stop: int) -> None:
    """S0-02: with the row that says which part, and that its segments were checked."""
    answer = api.get(ADDRESS, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.getvalue() == CONTENT[start:stop]
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(CONTENT)}"
    assert answer.headers["Content-Length"] == str(stop - start)
    assert "Content-Digest" not in answer.headers
    assert rows()[1] == ("downloaded", "success", f"{start}-{stop - 1}", stop - start, True, "verified_segments")


def test_a_download_that_was_cut_goes_on_where_it_ended(api: Client, version: ModelVersion) -> None:
    delivery = services.begin_download(version, actor=Actor.system("test"))
    pieces = iter(delivery)
    begun = next(pieces)
    assert next(pieces)
    pieces.close()  # type: ignore[attr-defined]  # as the server does when the connection is gone
    assert rows()[1] == ("downloaded", "failure", "whole", len(begun), False, "aborted")
    headers = {"Range": f"bytes={len(begun)}-", "If-Range": f'"{version.artifact.sha256}"'}
    rest = api.get(ADDRESS, headers=headers)
    assert rest.status_code == 206
    assert begun + rest.getvalue() == CONTENT


@pytest.mark.parametrize("validator", ['"another"', 'W/"weak"', "Sat, 29 Oct 1994 19:43:31 GMT"])
def test_resuming_another_file_gives_all_of_this_one(api: Client, version: ModelVersion, validator: str) -> None:
    answer = api.get(ADDRESS, headers={"Range": "bytes=5-", "If-Range": validator})
    assert (answer.status_code, answer.getvalue()) == (200, CONTENT)


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=9-5", "rows=1-2", "nonsense"])
def test_what_cannot_be_given_in_part_is_given_whole(api: Client, version: ModelVersion, asked: str) -> None:
    answer = api.get(ADDRESS, headers={"Range": asked})
    assert (answer.status_code, answer.getvalue()) == (200, CONTENT)


def test_a_part_behind_the_end_is_refused(api: Client, version: ModelVersion) -> None:
    answer = api.get(ADDRESS, headers={"Range": f"bytes={len(CONTENT)}-"})
    assert problem_of(answer) == (416, "range.not_satisfiable")
    assert answer.headers["Content-Range"] == f"bytes */{len(CONTENT)}"
    assert rows() == []


def test_the_head_tells_everything_and_gives_nothing(api: Client, version: ModelVersion) -> None:
    answer = api.head(ADDRESS, headers={"Range": "bytes=0-9"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert rows() == []


def test_who_has_the_file_is_told_so(api: Client, version: ModelVersion) -> None:
    etag = f'"{version.artifact.sha256}"'
    answer = api.get(ADDRESS, headers={"If-None-Match": f'"x", {etag}'})
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", etag)
    assert problem_of(api.get(ADDRESS, headers={"If-Match": '"x"'})) == (412, "precondition.failed")
    assert api.get(ADDRESS, headers={"If-Match": etag}).getvalue() == CONTENT


def test_a_compressed_file_comes_out_as_it_went_in(api: Client, scientist: Any) -> None:
    """S0-41: whole and in part; a range counts bytes of the plaintext."""
    table = b"name,n\n" + b"".join(b"carrier,%d\n" % n for n in range(300_000))
    version = make_dataset_version(make_dataset(scientist), scientist, table)
    assert version.artifact.codec == "zstd"
    address = "/api/v1/datasets/flights/versions/1/artifact/"
    assert api.get(address).getvalue() == table
    part = api.get(address, headers={"Range": "bytes=1048500-2100000"})
    assert (part.status_code, part.getvalue()) == (206, table[1_048_500:2_100_001])
    said = api.get("/api/v1/datasets/flights/versions/1/").json()
    assert (said["codec"], said["size"]) == ("zstd", len(table))
    assert said["ratio"] == round(len(table) / said["stored_size"], 4) > 3


def test_damage_breaks_the_download_off_and_is_recorded(api: Client, version: ModelVersion, stored: Stored) -> None:
    """S0-36, S1-23: nothing of the damaged segment is sent, and the announced length is not reached."""
    (path,) = stored()
    sealed = bytearray(path.read_bytes())
    sealed[96 + 1_048_592 + 5] ^= 1
    path.write_bytes(sealed)
    answer = api.get(ADDRESS, headers={"Range": "bytes=0-2999999"})
    received = b""
    with pytest.raises(DecryptionFailed):
        for piece in answer.streaming_content:
            received += piece
    assert received == CONTENT[:1_048_576]
    assert rows()[1] == ("downloaded", "failure", "0-2999999", len(received), False, "integrity_failed")


def test_a_cut_file_is_refused_before_the_first_byte(api: Client, version: ModelVersion, stored: Stored) -> None:
    """S0-36, S0-37: a problem with a code, never a short 200; the ledger has the end of it."""
    (path,) = stored()
    whole = path.read_bytes()
    for length in (len(whole) - 1, 96 + 2 * 1_048_592, 96, 10, 0):
        path.write_bytes(whole[:length])
        for headers in ({}, {"Range": "bytes=0-9"}):
            assert problem_of(api.get(ADDRESS, headers=headers)) == (503, "sealed.damaged")
            assert rows()[-1][1:2] + rows()[-1][3:] == ("failure", 0, False, "integrity_failed")
    path.unlink()
    assert problem_of(api.get(ADDRESS)) == (503, "storage.file_missing")
    assert rows()[-1][-1] == "unavailable"


def test_a_file_whose_digest_is_not_the_registered_one_is_not_completed(api: Client, version: ModelVersion) -> None:
    """S1-23: the segments open, and yet it is not the registered file; its last piece is not sent."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registry_artifact DISABLE TRIGGER USER")
        cursor.execute("UPDATE registry_artifact SET sha256 = %s", ["0" * 64])
        cursor.execute("ALTER TABLE registry_artifact ENABLE TRIGGER USER")
    answer = api.get(ADDRESS)
    received = b""
    with pytest.raises(DecryptionFailed, match="digest"):
        for piece in answer.streaming_content:
            received += piece
    assert len(received) < len(CONTENT)
    assert rows()[1][-2:] == (False, "integrity_failed")


def test_who_may_not_is_told_so_and_recorded(api_as: Callable[..., Client], version: ModelVersion) -> None:
    """S0-02, S0-37: 403 without the permission, 404 for what is not there; a row for both."""
    from tests.accounts.people import make_user

    officer = api_as(make_user("viewer", "Compliance officer"))
    other = api_as(make_user("other", "Data scientist"))
    assert problem_of(officer.get(ADDRESS))[1] in {"permission.denied", "object.not_found"}
    assert problem_of(other.get(ADDRESS.replace("/1/", "/7/"))) == (404, "object.not_found")
    assert problem_of(Client().get(ADDRESS)) == (401, "auth.required")
    assert AuditEvent.objects.filter(name="audit.request.refused").count() == 3
    assert rows() == []


def test_the_portal_gives_the_file_too(portal: Client, version: ModelVersion) -> None:
    answer = portal.post("/models/arrival-delay/versions/1/file/", headers={"Range": "bytes=0-5"})
    assert (answer.status_code, answer.getvalue()) == (200, CONTENT)
    assert rows()[1][-2:] == (True, "verified")
