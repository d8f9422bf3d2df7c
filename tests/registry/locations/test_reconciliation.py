"""What lies in a location is compared with the rows, in both directions."""

import os
from collections.abc import Callable
from typing import Any

import pytest

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from modelops.jobs.models import Job
from modelops.jobs.services import run as run_job
from registry.artifacts.sweep import sweep
from registry.locations.choose import store_of
from registry.locations.models import ForeignFile, Reconciliation, StorageLocation
from registry.locations.posture import findings
from registry.models import ArtifactCopy
from registry.replication.figures import encryption_figures
from registry.replication.reconciling import reconcile
from registry.replication.tasks import reconcile_locations
from tests.registry.samples import make_model, make_version
from tests.wire.test_store_contract import new_name, put

pytestmark = pytest.mark.django_db
Locate = Callable[..., StorageLocation]
CLOCK = Actor.system("test")


def counts(run: Reconciliation) -> dict[str, int]:
    names = ("objects_found", "orphans", "swept", "missing", "wrong_size", "plaintext")
    return {name: getattr(run, name) for name in names if getattr(run, name)}


@pytest.mark.parametrize("kind", ["filesystem", "s3"])
def test_both_directions_are_counted(scientist: Any, locate: Locate, settle: Any, kind: str) -> None:
    """S0-03: files without a row, rows without a file; orphans go after a while."""
    replica = locate(kind=kind)
    model = make_model(scientist)
    kept, lost = make_version(model, scientist), make_version(model, scientist)
    settle()
    store = store_of(replica)
    put(store, orphan := new_name(), b"MOPSEAL1" + os.urandom(500))
    store.delete(lost.artifact.storage_name)
    found = reconcile(replica, actor=CLOCK)
    assert counts(found) == {"objects_found": 2, "orphans": 1, "missing": 1}
    assert ArtifactCopy.objects.get(artifact=lost.artifact, location=replica).state == "missing"
    assert ArtifactCopy.objects.get(artifact=kept.artifact, location=replica).state == "stored"
    assert store.size(orphan) == 508  # young: its row may be on its way
    found = reconcile(replica, actor=CLOCK, quiet_for_s=0)
    assert counts(found) == {"objects_found": 2, "orphans": 1, "swept": 1, "missing": 1}
    assert [file.name for file in store.walk()] == [kept.artifact.storage_name]
    assert AuditEvent.objects.filter(name="locations.location.reconciled").count() == 2


@pytest.mark.parametrize("kind", ["filesystem", "s3", "azure", "gcs"])
def test_a_planted_plaintext_is_found_and_left(scientist: Any, locate: Locate, settle: Any, kind: str) -> None:
    """S2-09: also one under a name of the portal's; it is reported, never removed, and the figure tells."""
    replica = locate(kind=kind)
    make_version(make_model(scientist), scientist)
    settle()
    reconcile(replica, actor=CLOCK)
    assert str(encryption_figures()) == "1 of 1"
    store = store_of(replica)
    put(store, planted := new_name(), b"weights in clear")
    for _ in range(2):
        assert counts(reconcile(replica, actor=CLOCK, quiet_for_s=0))["plaintext"] == 1
        assert sweep(quiet_for_s=0).orphans <= 1
        assert store.size(planted) == 16
    assert str(encryption_figures()) == "1 of 2"
    assert [finding.title for finding in findings()] == [f"The file {planted} in replica is not sealed"]
    store.delete(planted)
    reconcile(replica, actor=CLOCK)
    assert not ForeignFile.objects.exists()
    assert findings() == []


def test_files_of_any_name_and_links_are_reported(scientist: Any, locate: Locate, tmp_path: Any) -> None:
    replica = locate()
    folder = store_of(replica).root  # type: ignore[attr-defined]
    (folder / "notes.txt").write_text("forgotten")
    (folder / "ab").mkdir()
    (folder / "ab" / "link.sealed").symlink_to("/etc/passwd")
    assert counts(reconcile(replica, actor=CLOCK, quiet_for_s=0))["plaintext"] == 2
    assert set(ForeignFile.objects.values_list("name", flat=True)) == {"notes.txt", "ab/link.sealed"}
    assert (folder / "notes.txt").exists()


def test_a_sealed_file_that_was_overwritten_is_found(scientist: Any, locate: Locate, settle: Any) -> None:
    replica = locate()
    model = make_model(scientist)
    cut, clear = make_version(model, scientist), make_version(model, scientist)
    settle()
    path_of = store_of(replica)._path  # type: ignore[attr-defined]
    path_of(cut.artifact.storage_name).write_bytes(path_of(cut.artifact.storage_name).read_bytes()[:-5])
    path_of(clear.artifact.storage_name).write_bytes(b"clear")
    found = reconcile(replica, actor=CLOCK)
    assert (found.wrong_size, found.plaintext) == (1, 1)
    assert set(ArtifactCopy.objects.filter(location=replica).values_list("state", flat=True)) == {"damaged"}


def test_a_location_that_is_away_is_not_taken_for_empty(scientist: Any, locate: Locate, settle: Any) -> None:
    from registry.locations.store import StorageUnavailable

    replica = locate()
    version = make_version(make_model(scientist), scientist)
    settle()
    (store_of(replica).root / ".modelops-location").unlink()  # type: ignore[attr-defined]
    with pytest.raises(StorageUnavailable):
        reconcile(replica, actor=CLOCK)
    assert ArtifactCopy.objects.get(artifact=version.artifact, location=replica).state == "stored"
    assert not Reconciliation.objects.filter(location=replica).exists()


def test_the_nightly_job_compares_and_repairs(scientist: Any, locate: Locate, settle: Any) -> None:
    replica = locate()
    model = make_model(scientist)
    version, rotten = make_version(model, scientist), make_version(model, scientist)
    settle()
    store_of(replica).delete(version.artifact.storage_name)
    path = store_of(replica)._path(rotten.artifact.storage_name)  # type: ignore[attr-defined]
    sound = path.read_bytes()
    path.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
    reconcile_locations()
    jobs = Job.objects.filter(kind="registry.reconcile")
    assert jobs.count() == 2
    for job in jobs:
        assert run_job(job.pk)
    job = jobs.get(target_id=str(replica.pk))
    assert "1 missing" in job.message
    assert "1 read through, 1 bad. 2 repairs begun" in job.message
    settle()
    assert path.read_bytes() == sound
    assert ArtifactCopy.objects.get(artifact=version.artifact, location=replica).state == "stored"
    assert store_of(replica).size(version.artifact.storage_name)
