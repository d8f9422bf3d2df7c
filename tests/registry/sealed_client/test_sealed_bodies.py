"""A sealed body in one request: opened in memory, told by its content, refused in every bent form."""

import base64
import hashlib
import struct
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from compliance.audit.models import AuditEvent
from modelops.crypto.key_transport import unwrap
from modelops.crypto.stream import HEADER_BYTES, TAG_BYTES
from registry.artifacts import open_artifact
from registry.models import Artifact, DatasetVersion, ModelVersion
from registry.sealed_client.modelops_seal import SEGMENT, UPLOAD, _derive
from registry.sealed_client.opening import opened
from registry.sealed_client.travelling import SentKey
from tests.registry.answers import problem_of
from tests.registry.samples import CSV, harmful, make_dataset, make_model, safetensors
from tests.registry.uploads.sending import digest_header

from .sealing import VERSIONS, recipient, seal_and_send, sealed, send

pytestmark = pytest.mark.django_db
Stored = Callable[[], list[Path]]
FULL = SEGMENT + TAG_BYTES
# Two full segments and a rest.
CONTENT = safetensors(bytes(range(256)) * 10_000)


@pytest.fixture(autouse=True)
def _model(scientist: Any) -> None:
    make_model(scientist)


def test_what_was_sealed_is_stored_under_the_rings_key(api: Client, stored: Stored) -> None:
    """S1-01: the file opens to the same bytes, the store holds other ciphertext than the way, the row a wrapped key."""
    to = recipient(api)
    file, body = sealed(CONTENT, to)
    answer = send(api, body, file.key)
    assert answer.status_code == 201, answer.content
    assert answer.json()["digest"]["sha256"] == hashlib.sha256(CONTENT).hexdigest() == file.sha256
    assert answer.json()["file_name"] == "m.safetensors"
    artifact = Artifact.objects.get()
    with open_artifact(artifact) as file_in_clear:
        assert file_in_clear.read() == CONTENT
    (path,) = stored()
    assert path.read_bytes()[:8] == body[:8] == b"MOPSEAL1"
    assert path.read_bytes()[12:HEADER_BYTES] != body[12:HEADER_BYTES]
    data_key = unwrap(
        uuid.UUID(file.key["recipient"]), base64.b64decode(file.key["key"]),
        sender=uuid.UUID(to["sender"]), file_id=uuid.UUID(bytes=body[12:28]),
    )  # fmt: skip
    assert data_key not in bytes(artifact.wrapped_key)
    assert data_key not in path.read_bytes()


def test_the_ledger_says_that_it_came_sealed(api: Client) -> None:
    """S1-01."""
    assert seal_and_send(api, CONTENT).status_code == 201
    event = AuditEvent.objects.get(name="registry.sealed_upload.opened")
    assert event.details["recipient"] == recipient(api)["key_id"]
    assert event.details["files"] == 1
    assert AuditEvent.objects.filter(name="registry.version.added").count() == 1


def test_a_sealed_file_that_may_hold_code_is_quarantined(api: Client) -> None:
    """S1-01: what is sealed passes by no rule."""
    assert seal_and_send(api, harmful()).json()["state"] == "quarantined"
    assert problem_of(api.get(f"{VERSIONS}1/artifact/")) == (403, "artifact.quarantined")


def test_a_sealed_file_that_is_no_model_is_refused(api: Client, stored: Stored) -> None:
    assert problem_of(seal_and_send(api, b"just a text, and no model at all"))[0] == 415
    assert problem_of(seal_and_send(api, b"")) == (400, "artifact.empty")
    assert stored() == []


def test_a_sealed_table_becomes_a_dataset_version(api: Client, scientist: Any) -> None:
    make_dataset(scientist)
    answer = seal_and_send(api, CSV, "/api/v1/datasets/flights/versions/")
    assert (answer.status_code, answer.json()["rows"]) == (201, 3), answer.content
    assert DatasetVersion.objects.count() == 1


@pytest.mark.parametrize("size", [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT])
@pytest.mark.parametrize("piece", [100_003, 4 * SEGMENT])
def test_sizes_around_a_segment(api: Client, size: int, piece: int) -> None:
    to, content = recipient(api), bytes(range(251)) * (size // 251) + b"w" * (size % 251)
    file, body = sealed(content, to)
    key = SentKey.from_json({"recipient": uuid.UUID(file.key["recipient"]), "key": file.key["key"]})
    pieces = (body[start : start + piece] for start in range(0, len(body), piece))
    assert b"".join(opened(pieces, key, uuid.UUID(to["sender"]))) == content


def test_the_same_request_is_answered_once(api: Client) -> None:
    """Also when the client had to seal again: what counts is what it opens to."""
    first = seal_and_send(api, CONTENT, Idempotency_Key="one")
    again = seal_and_send(api, CONTENT, Idempotency_Key="one")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == first.json()
    assert ModelVersion.objects.count() == 1
    assert problem_of(seal_and_send(api, CONTENT + b"\0\0\0\0", Idempotency_Key="one")) == (422, "idempotency.mismatch")


def bent(body: bytes, place: int) -> bytes:
    return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]


BENT: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a bit of the first segment": (lambda body: bent(body, HEADER_BYTES + 5), "sealed_upload.damaged"),
    "a bit of a later segment": (lambda body: bent(body, HEADER_BYTES + FULL + 5), "sealed_upload.damaged"),
    "a bit of the last segment": (lambda body: bent(body, len(body) - 1), "sealed_upload.truncated"),
    "a bit of the salt": (lambda body: bent(body, 40), "sealed_upload.wrong_key"),
    "a bit of the commitment": (lambda body: bent(body, 70), "sealed_upload.wrong_key"),
    "a bit of the id": (lambda body: bent(body, 13), "sealed_upload.wrong_key"),
    "another cipher": (lambda body: body[:9] + b"\x02" + body[10:], "sealed_upload.wrong_key"),
    "an unknown cipher": (lambda body: body[:9] + b"\x07" + body[10:], "sealed_upload.unsupported"),
    "a codec": (lambda body: body[:11] + b"\x01" + body[12:], "sealed_upload.unsupported"),
    "other segments": (lambda body: body[:10] + b"\x0c" + body[11:], "sealed_upload.unsupported"),
    "another format": (lambda body: body[:8] + b"\x02" + body[9:], "sealed_upload.unsupported"),
    "a header alone": (lambda body: body[:HEADER_BYTES], "sealed_upload.truncated"),
    "half a header": (lambda body: body[:50], "sealed_upload.truncated"),
    "cut between segments": (lambda body: body[: HEADER_BYTES + FULL], "sealed_upload.truncated"),
    "cut within a segment": (lambda body: body[: HEADER_BYTES + FULL + 99], "sealed_upload.truncated"),
    "a byte too many": (lambda body: body + b"\0", "sealed_upload.truncated"),
    "a segment too many": (lambda body: body + body[-FULL:], "sealed_upload.damaged"),
    "segments swapped": (
        lambda body: (
            body[:HEADER_BYTES]
            + body[HEADER_BYTES + FULL : HEADER_BYTES + 2 * FULL]
            + body[HEADER_BYTES : HEADER_BYTES + FULL]
            + body[HEADER_BYTES + 2 * FULL :]
        ),
        "sealed_upload.damaged",
    ),
    "next to nothing": (lambda body: body[:1], "sealed_upload.not_sealed"),
    "plaintext": (lambda body: CONTENT, "sealed_upload.not_sealed"),
}


@pytest.mark.parametrize("how", BENT)
def test_a_bent_body_is_refused_and_nothing_stored(api: Client, stored: Stored, how: str) -> None:
    """S1-01."""
    bend, code = BENT[how]
    file, body = sealed(CONTENT, recipient(api))
    assert problem_of(send(api, bend(body), file.key)) == (400, code)
    assert stored() == []
    assert not ModelVersion.objects.exists()
    assert not Artifact.objects.exists()


def test_a_key_for_somebody_elses_key_is_refused(api: Client, stored: Stored) -> None:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    file, body = sealed(CONTENT, {**recipient(api), "public": X25519PrivateKey.generate().public_key()})
    assert problem_of(send(api, body, file.key)) == (400, "sealed_upload.wrong_key")
    assert stored() == []


def test_what_was_captured_cannot_be_sent_by_another_account(api: Client, api_as: Any, stored: Stored) -> None:
    """S1-01: whoever recorded a sealed upload and has an account cannot let the portal open it for them."""
    from tests.accounts.people import make_user

    file, body = sealed(CONTENT, recipient(api))
    other = make_user("other", "Data scientist")
    make_model(other, "theirs")
    address = "/api/v1/models/theirs/versions/"
    assert problem_of(send(api_as(other), body, file.key, address)) == (400, "sealed_upload.wrong_key")
    assert stored() == []


def test_a_key_of_another_file_is_refused(api: Client) -> None:
    to = recipient(api)
    (one, _), (_, body) = sealed(CONTENT, to), sealed(CONTENT, to)
    assert problem_of(send(api, body, one.key)) == (400, "sealed_upload.wrong_key")


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ({"recipient": "", "key": "AAAA"}, "sealed_upload.key_missing"),
        ({"recipient": str(uuid.UUID(int=7)), "key": ""}, "sealed_upload.key_missing"),
        ({"recipient": "seven", "key": "AAAA"}, "sealed_upload.malformed_key"),
        ({"recipient": str(uuid.UUID(int=7)), "key": "%%"}, "sealed_upload.malformed_key"),
        ({"recipient": str(uuid.UUID(int=7)), "key": "AAAA"}, "sealed_upload.malformed_key"),
        (
            {"recipient": str(uuid.UUID(int=7)), "key": base64.b64encode(bytes(80)).decode()},
            "sealed_upload.unknown_recipient",
        ),
    ],
)
def test_a_wrapped_key_that_says_nothing_is_refused(api: Client, key: dict[str, str], code: str) -> None:
    _, body = sealed(CONTENT, recipient(api))
    assert problem_of(send(api, body, key)) == (400, code)


def test_a_key_of_another_purpose_is_no_recipient(api: Client) -> None:
    from modelops.crypto.keyring import keyring
    from modelops.crypto.purposes import Purpose

    file, body = sealed(CONTENT, recipient(api))
    named = {**file.key, "recipient": str(keyring.active(Purpose.ARTIFACT).id)}
    assert problem_of(send(api, body, named)) == (400, "sealed_upload.unknown_recipient")


def test_a_file_bound_to_the_store_does_not_open_on_the_way(api: Client) -> None:
    """A sealed file is bound to its way: stored bytes with a wrapped key are no upload."""
    to = recipient(api)
    file, body = sealed(CONTENT, to)
    data_key = unwrap(
        uuid.UUID(file.key["recipient"]), base64.b64decode(file.key["key"]),
        sender=uuid.UUID(to["sender"]), file_id=uuid.UUID(bytes=body[12:28]),
    )  # fmt: skip
    from modelops.crypto.stream import SealingWriter

    class Out(bytearray):
        def write(self, data: bytes) -> None:
            self += data

    out, file_id = Out(), uuid.UUID(bytes=body[12:28])
    context = f"registry.artifact:{file_id}".encode()
    writer = SealingWriter(out, data_key=data_key, data_key_id=file_id, key_version=1, context=context)  # type: ignore[arg-type]
    writer.write(CONTENT)
    writer.finish()
    assert problem_of(send(api, bytes(out), file.key)) == (400, "sealed_upload.wrong_key")


def test_the_digest_of_a_sealed_body_is_that_of_what_was_sent(api: Client, stored: Stored) -> None:
    file, body = sealed(CONTENT, recipient(api))
    wrong = digest_header(CONTENT)
    assert problem_of(send(api, body, file.key, Content_Digest=wrong)) == (400, "upload.digest_mismatch")
    assert stored() == []
    assert send(api, body, file.key, Content_Digest=digest_header(body)).status_code == 201


def test_a_sealed_file_without_its_key_is_refused_as_a_model(api: Client, stored: Stored) -> None:
    _, body = sealed(CONTENT, recipient(api))
    answer = api.post(VERSIONS, body, content_type="application/octet-stream")
    assert problem_of(answer) == (400, "sealed_upload.key_missing")
    assert stored() == []


def test_both_sides_derive_alike() -> None:
    """The client's own derivation is that of the format's document."""
    from modelops.crypto.stream.header import Header, derive

    file_id, salt = uuid.UUID(int=5), bytes(range(32))
    fixed = struct.pack(">8sBBBB16sI", b"MOPSEAL1", 1, 1, 20, 0, file_id.bytes, 3)
    _, prefix, commitment = _derive(b"k" * 32, fixed, salt, file_id)
    header = Header(file_id, 3, 20, salt, commitment)
    assert derive(b"k" * 32, header, f"sealed.transfer:{file_id}".encode())[1:] == (prefix, commitment)
    assert UPLOAD.endswith(b"\0")
