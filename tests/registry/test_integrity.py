"""What is stored is proven, and what was changed is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from compliance.audit.models import AuditEvent
from modelops.crypto.errors import DecryptionFailed
from registry.artifacts import open_artifact, verify_artifact
from registry.models import Artifact, DatasetVersion, ModelVersion

from .answers import problem_of
from .samples import make_dataset, make_dataset_version, make_model, make_version, safetensors

pytestmark = pytest.mark.django_db
Stored = Callable[[], list[Path]]
CONTENT = safetensors(bytes(3_000_000))
VERSION = "/api/v1/models/arrival-delay/versions/1/"


@pytest.fixture
def version(stored: Stored, scientist: Any) -> ModelVersion:
    """A version whose file has three segments."""
    return make_version(make_model(scientist), scientist, CONTENT)


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def test_a_sound_file_is_verified(api: Client, version: ModelVersion) -> None:
    """S0-04."""
    answer = api.post(f"{VERSION}verify/").json()
    assert (answer["verified"], answer["sha256"]) == (True, version.artifact.sha256)
    version.artifact.refresh_from_db()
    assert version.artifact.is_sound
    event = AuditEvent.objects.get(name="registry.artifact.verified")
    assert (event.outcome, event.details["result"]) == ("success", "sound")


@pytest.mark.parametrize("place", [20, 40, 70, 100, 1_500_000, -1])
def test_one_flipped_bit_anywhere_is_found(api: Client, version: ModelVersion, stored: Stored, place: int) -> None:
    (path,) = stored()
    flip(path, place)
    answer = api.post(f"{VERSION}verify/").json()
    assert (answer["verified"], answer["sha256"]) == (False, None)
    event = AuditEvent.objects.get(name="registry.artifact.verified")
    assert (event.outcome, event.details["result"]) == ("failure", "damaged")


def test_a_cut_extended_or_missing_file_is_found(version: ModelVersion, stored: Stored) -> None:
    (path,) = stored()
    sealed = path.read_bytes()
    for wrong in (sealed[:-1], sealed[: 96 + 1_048_592], sealed + b"x", b""):
        path.write_bytes(wrong)
        assert not verify_artifact(version.artifact).is_sound
    path.write_bytes(sealed)
    assert verify_artifact(version.artifact).is_sound
    path.unlink()
    assert "missing" in verify_artifact(version.artifact).reason


def test_the_file_of_another_version_does_not_open(version: ModelVersion, scientist: Any, stored: Stored) -> None:
    other = make_version(version.model, scientist, CONTENT)
    paths = {path.name: path for path in stored()}
    one, two = paths[version.artifact.storage_name], paths[other.artifact.storage_name]
    first = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(first)
    for swapped in (version, other):
        with pytest.raises(DecryptionFailed):
            open_artifact(swapped.artifact)


def test_a_download_of_a_damaged_file_breaks_off(api: Client, version: ModelVersion, stored: Stored) -> None:
    """What was sent before the damage was checked; nothing after it is sent, and the end is not a proper end."""
    (path,) = stored()
    flip(path, 96 + 1_048_592 + 5)
    answer = api.get(f"{VERSION}artifact/")
    received = b""
    with pytest.raises(DecryptionFailed):
        for piece in answer.streaming_content:
            received += piece
    assert CONTENT[:1_048_576].startswith(received)
    assert int(answer.headers["Content-Length"]) == len(CONTENT)


def test_a_download_of_a_cut_file_sends_nothing(api: Client, version: ModelVersion, stored: Stored) -> None:
    (path,) = stored()
    path.write_bytes(path.read_bytes()[:-1])
    assert problem_of(api.get(f"{VERSION}artifact/")) == (503, "sealed.damaged")


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (ModelVersion, {"number": 9}),
        (ModelVersion, {"metrics": {"auc": 1.0}}),
        (ModelVersion, {"file_format": "onnx"}),
        (Artifact, {"sha256": "0" * 64}),
        (Artifact, {"size": 1}),
        (Artifact, {"storage_name": "x"}),
        (DatasetVersion, {"rows": 7}),
        (DatasetVersion, {"schema": []}),
    ],
)
def test_the_database_refuses_to_change_a_version(
    version: ModelVersion, scientist: Any, model: Any, change: dict[str, Any]
) -> None:
    """S0-08: also past the services."""
    make_dataset_version(make_dataset(scientist), scientist)
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        model._base_manager.update(**change)


def test_what_may_change_of_a_version_changes(version: ModelVersion) -> None:
    ModelVersion.objects.update(tags={"stage": "trial"}, created_by=None)
    Artifact.objects.update(key_version=2, is_sound=None)
    version.refresh_from_db()
    assert version.tags == {"stage": "trial"}


def test_seeking_gives_the_same_bytes(version: ModelVersion) -> None:
    with open_artifact(version.artifact) as file:
        for place in (0, 5, 1_048_570, 1_048_576, len(CONTENT) - 3):
            file.seek(place)
            assert file.read(20) == CONTENT[place : place + 20]
