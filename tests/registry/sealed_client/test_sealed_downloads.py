"""Files that go out sealed: for a key that the request brings, to who may have them, and in the ledger."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from compliance.audit.models import AuditEvent
from modelops.crypto.errors import DecryptionFailed
from registry.artifacts.data_keys import data_key_of
from registry.grants import codes
from registry.models import Artifact
from registry.sealed_client.modelops_seal import Problem
from tests.accounts.people import make_user
from tests.registry.answers import problem_of
from tests.registry.samples import CSV, make_dataset, make_dataset_version, make_model, make_version, safetensors

from .sealing import VERSIONS, Reader

pytestmark = pytest.mark.django_db
CONTENT = safetensors(bytes(range(256)) * 10_000)
FILE = f"{VERSIONS}1/artifact/"


@pytest.fixture
def model(scientist: Any) -> Any:
    made = make_model(scientist)
    make_version(made, scientist, CONTENT)
    return made


def ledger() -> list[tuple[str, Any, Any]]:
    events = AuditEvent.objects.filter(name__startswith="registry.artifact.download").order_by("id")
    return [(event.name.rpartition(".")[2], event.details["part"], event.details.get("result")) for event in events]


@pytest.mark.usefixtures("model")
def test_the_file_comes_back_identical_and_sealed(api: Client) -> None:
    """S1-01."""
    reader = Reader()
    answer = reader.get(api, FILE)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/vnd.modelops.sealed"
    assert answer.headers["X-Opened-Sha256"] == Artifact.objects.get().sha256
    assert answer.headers["Cache-Control"] == "no-store"
    body = b"".join(answer.streaming_content)
    assert body[:8] == b"MOPSEAL1"
    assert CONTENT[5000:5100] not in body
    again = reader.get(api, FILE)
    assert reader.open(again) == CONTENT
    assert (
        ledger()
        == [
            ("download_started", "whole, sealed", None),
            ("downloaded", "whole, sealed", "verified"),
        ]
        * 2
    )


@pytest.mark.usefixtures("model")
def test_the_data_key_of_the_store_stays_in_the_portal(api: Client) -> None:
    """S1-01: who may download once can neither open nor forge what lies in the store."""
    reader = Reader()
    answers = [reader.get(api, FILE) for _ in range(2)]
    keys = [reader.data_key(answer, b"".join(answer.streaming_content)) for answer in answers]
    assert len({*keys, data_key_of(Artifact.objects.get())}) == 3


@pytest.mark.usefixtures("model")
def test_it_opens_for_the_key_of_the_request_alone(api: Client) -> None:
    answer = Reader().get(api, FILE)
    with pytest.raises(Problem, match="does not open"):
        Reader().open(answer)


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("start", [1, 1 << 20, (1 << 20) + 1, len(CONTENT) - 1, len(CONTENT)])
def test_a_download_that_was_cut_goes_on(api: Client, start: int) -> None:
    reader = Reader()
    answer = reader.get(api, FILE, X_Seal_From=str(start))
    assert reader.open(answer) == CONTENT[start:]
    assert int(answer.headers["X-Opened-Length"]) == len(CONTENT)
    assert ledger()[-1] == ("downloaded", f"{start}-{len(CONTENT) - 1}, sealed", "verified_segments")


@pytest.mark.usefixtures("model")
def test_a_head_tells_the_length_and_gives_no_key(api: Client) -> None:
    reader = Reader()
    answer = api.head(FILE, headers={"X-Seal-For": reader.header})
    assert "X-Sealed-Key" not in answer.headers
    whole = reader.get(api, FILE)
    assert answer.headers["Content-Length"] == whole.headers["Content-Length"]
    assert reader.open(whole) == CONTENT
    assert [name for name, _, _ in ledger()].count("download_started") == 1


def test_a_compressed_file_needs_nothing_more_to_open(api: Client, scientist: Any) -> None:
    """The store compresses tables; on the way they are as they were sent."""
    content = CSV + b"UA,2.5,2013-01-01\n" * 200_000
    make_dataset_version(make_dataset(scientist), scientist, content)
    assert Artifact.objects.get().codec == "zstd"
    reader = Reader()
    assert reader.open(reader.get(api, "/api/v1/datasets/flights/versions/1/artifact/")) == content


@pytest.mark.usefixtures("model")
@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"X-Seal-For": ""}, "sealed_download.bad_key"),
        ({"X-Seal-For": "%"}, "sealed_download.bad_key"),
        ({"X-Seal-For": base64.b64encode(b"k" * 31).decode()}, "sealed_download.bad_key"),
        ({"X-Seal-For": base64.b64encode(bytes(32)).decode()}, "sealed_download.bad_key"),  # agrees on nothing
        ({"X-Seal-For": Reader().header, "X-Seal-From": "-1"}, "sealed_download.bad_place"),
        ({"X-Seal-For": Reader().header, "X-Seal-From": str(len(CONTENT) + 1)}, "sealed_download.bad_place"),
        ({"X-Seal-For": Reader().header, "X-Seal-From": "9" * 5000}, "sealed_download.bad_place"),
    ],
)
def test_what_cannot_be_sealed_is_not_given_at_all(api: Client, headers: dict[str, str], code: str) -> None:
    """S1-01: never the plaintext in its place."""
    answer = api.get(FILE, headers=headers)
    assert problem_of(answer) == (400, code)
    assert ledger() == []


def test_grants_and_codes_hold_as_for_any_download(api: Client, api_as: Any, model: Any, scientist: Any) -> None:
    """S1-01."""
    from accounts.actors import actor_of

    reader = Reader()
    codes.set_code(model, "open-sesame-1", actor=actor_of(scientist))
    assert problem_of(reader.get(api, FILE)) == (403, "access_code.refused")
    assert reader.open(reader.get(api, FILE, X_Model_Access_Code="open-sesame-1")) == CONTENT
    codes.remove_code(model, actor=actor_of(scientist))
    model.refresh_from_db()
    model.needs_step_up = True
    model.save(update_fields=["needs_step_up"])
    plain, sealed = api.get(FILE), reader.get(api, FILE)
    assert problem_of(plain) == problem_of(sealed)
    assert sealed.status_code == 401
    model.needs_step_up, model.is_restricted = False, True
    model.save(update_fields=["needs_step_up", "is_restricted"])
    assert reader.get(api_as(make_user("other", "Data scientist")), FILE).status_code == 404
    assert problem_of(reader.get(api_as(scientist, ["registry.view_modelversion"]), FILE)) == (403, "permission.denied")


def test_a_quarantined_file_goes_to_nobody_sealed(api: Client, api_as: Any, scientist: Any) -> None:
    from tests.registry.samples import harmful

    make_version(make_model(scientist), scientist, harmful())
    reader = Reader()
    for caller in (api, api_as(make_user("other", "Data scientist"))):
        assert problem_of(reader.get(caller, FILE)) == (403, "artifact.quarantined")


def test_files_of_a_directory_go_out_sealed_and_archives_do_not(api: Client, scientist: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    make_model(scientist)
    files = {"files/MLmodel": b"flavors: {}\n", "files/data/m.safetensors": CONTENT}
    sent = {field: SimpleUploadedFile("f", content) for field, content in files.items()}
    assert api.post(VERSIONS, sent).status_code == 201
    reader = Reader()
    assert reader.open(reader.get(api, f"{VERSIONS}1/files/data/m.safetensors")) == CONTENT
    assert problem_of(reader.get(api, f"{VERSIONS}1/archive/")) == (409, "sealed_download.no_archive")


@pytest.mark.usefixtures("model")
def test_a_damaged_stored_file_ends_the_answer_before_its_end(
    api: Client, stored: Callable[[], list[Path]], settings: Any
) -> None:
    (path,) = (Path(settings.MODELOPS_HOME) / "artifacts").rglob("*.sealed")
    bent = bytearray(path.read_bytes())
    bent[96 + (1 << 20) + 16 + 7] ^= 1
    path.write_bytes(bent)
    reader = Reader()
    answer = reader.get(api, FILE)
    with pytest.raises(DecryptionFailed):
        reader.open(answer)
    assert ledger()[-1] == ("downloaded", "whole, sealed", "integrity_failed")
