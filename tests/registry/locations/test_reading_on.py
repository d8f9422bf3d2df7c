"""A reading that meets damage goes on in another copy, at the very byte, and the damage is kept for repair."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from compliance.audit.models import AuditEvent
from modelops.crypto.errors import DecryptionFailed
from registry.artifacts.access import open_artifact
from registry.locations.models import StorageLocation
from registry.models import ArtifactCopy, ModelVersion
from tests.registry.samples import make_model, make_version, safetensors

pytestmark = pytest.mark.django_db
CONTENT = safetensors(os.urandom(3_400_000))
FULL = (1 << 20) + 16


@pytest.fixture
def copied(scientist: Any, locate: Callable[..., StorageLocation], settle: Any) -> tuple[ModelVersion, Path, Path]:
    """A version with its file in two folders."""
    locate()
    version = make_version(make_model(scientist), scientist, CONTENT)
    settle()
    name = version.artifact.storage_name
    first = next((Path(settings.MODELOPS_HOME) / "artifacts").rglob(name))
    second = next((Path(settings.MODELOPS_HOME) / "locations").rglob(name))
    return version, first, second


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def states() -> dict[str, str]:
    return dict(ArtifactCopy.objects.values_list("location__name", "state"))


def test_a_download_goes_on_in_the_other_copy(api: Client, copied: tuple[ModelVersion, Path, Path]) -> None:
    """S1-02, S1-23: also when each copy is damaged, as long as they are so in different segments."""
    _, first, second = copied
    flip(first, 96 + FULL + 5)
    flip(second, 96 + 2 * FULL + 5)
    answer = api.get("/api/v1/models/arrival-delay/versions/1/artifact/")
    assert answer.getvalue() == CONTENT
    event = AuditEvent.objects.get(name="registry.artifact.downloaded")
    assert (event.details["verified"], event.details["result"]) == (True, "verified")
    assert set(states().values()) == {"damaged"}


def test_a_copy_that_vanished_is_made_up_for(copied: tuple[ModelVersion, Path, Path]) -> None:
    version, first, _ = copied
    first.unlink()
    with open_artifact(version.artifact) as file:
        assert file.read() == CONTENT
    assert sorted(states().values()) == ["missing", "stored"]


def test_damage_in_the_same_place_everywhere_is_refused(copied: tuple[ModelVersion, Path, Path]) -> None:
    """S0-36."""
    version, first, second = copied
    for path in (first, second):
        flip(path, 96 + FULL + 5)
    with open_artifact(version.artifact) as file:
        assert file.read(1_048_576) == CONTENT[:1_048_576]
        with pytest.raises(DecryptionFailed):
            file.read(1)
    assert set(states().values()) == {"damaged"}
