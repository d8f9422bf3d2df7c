"""Reads go to the primary location and fall back; what is damaged or missing is found, shown and made again."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from modelops.lib.errors import Conflict
from registry.artifacts import open_artifact
from registry.locations.choose import store_of
from registry.locations.models import StorageLocation
from registry.models import ArtifactCopy, ModelVersion
from registry.replication.repairing import repair_all, repair_copy
from tests.registry.samples import make_dataset, make_dataset_version, make_model, make_version, safetensors

pytestmark = pytest.mark.django_db
Locate = Callable[..., StorageLocation]
CONTENT = safetensors(bytes(range(256)) * 8000)
VERSION = "/api/v1/models/arrival-delay/versions/1/"
CLOCK = Actor.system("test")


@pytest.fixture
def replica(locate: Locate) -> StorageLocation:
    return locate()


@pytest.fixture
def version(scientist: Any, replica: StorageLocation, settle: Any) -> ModelVersion:
    """A version that lies in two places."""
    found = make_version(make_model(scientist), scientist, CONTENT)
    settle()
    return found


def path_in(location: str, version: ModelVersion) -> Path:
    return store_of(StorageLocation.objects.get(name=location))._path(version.artifact.storage_name)  # type: ignore[attr-defined]


def copy_in(location: str, version: ModelVersion) -> ArtifactCopy:
    return ArtifactCopy.objects.get(artifact=version.artifact, location__name=location)


def flip(path: Path, place: int = 200) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def read(version: ModelVersion) -> bytes:
    with open_artifact(version.artifact) as file:
        return file.read()


@pytest.mark.parametrize("harm", ["missing", "cut", "down"])
def test_a_read_falls_back_to_a_replica(version: ModelVersion, harm: str, caplog: pytest.LogCaptureFixture) -> None:
    """S1-12: the event is logged and recorded; what is bad is marked."""
    assert read(version) == CONTENT
    assert not AuditEvent.objects.filter(name="locations.copy.read_elsewhere").exists()
    path = path_in("local", version)
    if harm == "missing":
        path.unlink()
    elif harm == "cut":
        path.write_bytes(path.read_bytes()[:-1])
    else:
        StorageLocation.objects.filter(name="local").update(is_up=False)
    with caplog.at_level(logging.WARNING):
        assert read(version) == CONTENT
    assert "was read from replica because local did not give it" in caplog.text
    event = AuditEvent.objects.get(name="locations.copy.read_elsewhere")
    code = {"missing": "storage.file_missing", "cut": "sealed.damaged", "down": "storage.unavailable"}[harm]
    assert event.details == {"used": "replica", "instead_of": "local", "code": code}
    state = {"missing": "missing", "cut": "damaged", "down": "stored"}[harm]
    assert copy_in("local", version).state == state


def test_a_download_comes_from_the_replica(api: Client, version: ModelVersion) -> None:
    """S1-12."""
    path_in("local", version).unlink()
    answer = api.get(f"{VERSION}artifact/")
    assert b"".join(answer.streaming_content) == CONTENT


def test_verify_answers_for_each_location(api: Client, version: ModelVersion) -> None:
    """S0-48, S1-24: a map of pass and fail with digest, time, tool and every check; fail if any is fail."""
    answer = api.post(f"{VERSION}verify/").json()
    assert answer["verified"]
    for place in ("local", "replica"):
        found = answer["locations"][place]
        assert (found["result"], found["digest"]) == ("pass", version.artifact.sha256)
        assert found["checked_at"]
        names = [check["name"] for check in found["checks"]]
        assert {"location", "key", "cipher", "sha256"} <= set(names)
        assert all(check["passed"] and check["at"] and check["tool"] for check in found["checks"])
    flip(path_in("replica", version))
    answer = api.post(f"{VERSION}verify/").json()
    assert (answer["verified"], answer["bad_segment"]) == (False, 0)
    assert answer["locations"]["local"]["result"] == "pass"
    assert answer["locations"]["replica"]["result"] == "fail"
    assert any(check["passed"] is False for check in answer["locations"]["replica"]["checks"])
    assert copy_in("replica", version).state == "damaged"
    path_in("replica", version).unlink()
    assert "missing" in api.post(f"{VERSION}verify/").json()["locations"]["replica"]["reason"]


def test_a_location_that_is_away_is_told_apart_from_a_damaged_one(api: Client, version: ModelVersion) -> None:
    replica = StorageLocation.objects.get(name="replica")
    mark = Path(replica.options["folder"]) / ".modelops-location"
    mark.unlink()
    answer = api.post(f"{VERSION}verify/").json()
    assert (answer["verified"], answer["locations"]["replica"]["result"]) == (True, "unreachable")
    assert "Not reached: replica" in answer["reason"]
    assert copy_in("replica", version).state == "stored"


def test_a_large_version_is_verified_by_a_job(
    api: Client, version: ModelVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S1-24: the answer is a job; its result is on the version."""
    from modelops.jobs.services import run
    from registry.replication import verifying

    monkeypatch.setattr(verifying, "INLINE_BYTES", 1000)
    answer = api.post(f"{VERSION}verify/")
    assert (answer.status_code, answer.json()["kind"]) == (202, "registry.verify")
    assert run(answer.json()["id"])
    copies = api.get(f"{VERSION}locations/").json()["copies"]
    assert all(copy["checked_at"] and copy["checks"] for copy in copies)


def test_the_interface_lists_where_a_version_lies(api: Client, version: ModelVersion) -> None:
    """S1-17."""
    api.post(f"{VERSION}verify/")
    answer = api.get(f"{VERSION}locations/").json()
    assert (answer["replicated"], answer["min_replicas"]) == ("2/2", 1)
    assert [(copy["location"], copy["state"], copy["digest"]) for copy in answer["copies"]] == [
        ("local", "stored", version.artifact.sha256),
        ("replica", "stored", version.artifact.sha256),
    ]
    assert all(copy["checked_at"] for copy in answer["copies"])


def test_files_of_datasets_are_copied_and_verified_too(
    scientist: Any, api: Client, locate: Locate, settle: Any
) -> None:
    locate()
    make_dataset_version(make_dataset(scientist), scientist)
    settle()
    address = "/api/v1/datasets/flights/versions/1/"
    assert api.post(f"{address}verify/").json()["locations"]["replica"]["result"] == "pass"
    assert api.get(f"{address}locations/").json()["replicated"] == "2/2"


@pytest.mark.parametrize("place", ["local", "replica"])
def test_a_damaged_copy_is_made_again(api: Client, version: ModelVersion, settle: Any, place: str) -> None:
    """Also the primary one, from the replica."""
    sound = path_in(place, version).read_bytes()
    flip(path_in(place, version))
    api.post(f"{VERSION}verify/")
    repair_copy(copy_in(place, version), actor=CLOCK)
    settle()
    assert path_in(place, version).read_bytes() == sound
    version.artifact.refresh_from_db()
    assert version.artifact.is_sound is None  # repaired, and not read through since
    assert api.post(f"{VERSION}verify/").json()["verified"]


def test_nothing_is_removed_without_a_sound_copy(api: Client, version: ModelVersion) -> None:
    for place in ("local", "replica"):
        flip(path_in(place, version))
    api.post(f"{VERSION}verify/")
    with pytest.raises(Conflict) as refused:
        repair_copy(copy_in("replica", version), actor=CLOCK)
    assert refused.value.code == "copy.no_source"
    assert path_in("replica", version).exists()
    assert repair_all(actor=CLOCK) == (0, 2)
