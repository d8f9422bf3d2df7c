"""Every file gets its copies, whatever goes wrong on the way, and no upload waits for them."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from modelops.jobs.models import Job
from modelops.jobs.services import run as run_job
from modelops.lib.errors import Conflict
from registry.locations.choose import store_of
from registry.locations.models import StorageLocation
from registry.models import Artifact, ArtifactCopy, CopyState
from registry.replication import changes
from registry.replication.contact import watch_locations
from registry.replication.copying import LEASE, LONGEST_WAIT_S, make_copy
from registry.replication.policy import replication_of
from registry.replication.tasks import replicate
from tests.registry.samples import make_model, make_version, safetensors

pytestmark = pytest.mark.django_db
ADMIN = Actor.system("test")
Locate = Callable[..., StorageLocation]


def state_of(location: StorageLocation) -> str:
    return ArtifactCopy.objects.get(location=location).state


def content_of(location: StorageLocation, artifact: Artifact) -> bytes:
    with store_of(location).open(artifact.storage_name) as file:
        return file.read()


@pytest.mark.parametrize("kind", ["filesystem", "s3", "azure", "gcs"])
def test_a_new_version_is_copied_to_every_location(scientist: Any, locate: Locate, settle: Any, kind: str) -> None:
    """S1-02, S1-16: the upload leaves a pending copy and does not wait; a worker makes it 2/2."""
    replica = locate(kind=kind)
    version = make_version(make_model(scientist), scientist, safetensors(bytes(9_000_000)))
    assert (state_of_copy(version, replica), str(replication_of(version.artifact))) == ("pending", "1/2")
    settle()
    assert (state_of_copy(version, replica), str(replication_of(version.artifact))) == ("stored", "2/2")
    primary = StorageLocation.objects.get(is_primary=True)
    assert content_of(replica, version.artifact) == content_of(primary, version.artifact)  # sealed bytes, untouched
    assert AuditEvent.objects.filter(name="locations.copy.stored").count() == 1


def state_of_copy(version: Any, location: StorageLocation) -> str:
    return ArtifactCopy.objects.get(artifact=version.artifact, location=location).state


def test_a_stopped_location_shows_one_of_two_and_recovery_fills_the_gap(
    scientist: Any, locate: Locate, settle: Any, wire_servers: Any
) -> None:
    """S1-02, S1-16: failures retry with back-off, a finding opens one alert, and its end closes it."""
    from monitoring.alerts.posture import watch_controls
    from monitoring.models.alerts import Alert

    replica = locate(kind="s3")
    model = make_model(scientist)
    wire_servers.get("s3").freeze()
    try:
        version = make_version(model, scientist)
        StorageLocation.objects.filter(pk=replica.pk).update(is_up=False, probe_result="It does not answer.")
        settle()
    finally:
        wire_servers.get("s3").thaw()
    assert str(replication_of(version.artifact)) == "1/2"
    watch_controls()
    watch_controls()
    alerts = Alert.objects.filter(title__contains="replica does not answer")
    assert (alerts.count(), alerts.get().state) == (1, "open")
    assert watch_locations() == 0  # it answers again
    settle()
    assert str(replication_of(version.artifact)) == "2/2"
    watch_controls()
    assert alerts.get().state == "resolved"


def test_a_failed_copy_waits_longer_each_time(scientist: Any, locate: Locate) -> None:
    """S1-16."""
    replica = locate()
    version = make_version(make_model(scientist), scientist)
    shutil.rmtree(replica.options["folder"])
    waits = []
    for attempt in range(1, 5):
        copy = ArtifactCopy.objects.get(artifact=version.artifact, location=replica)
        ArtifactCopy.objects.filter(pk=copy.pk).update(not_before=timezone.now())
        assert not make_copy(copy.pk)
        copy.refresh_from_db()
        assert (copy.state, copy.attempts) == ("failed", attempt)
        assert "not there" in copy.last_error
        waits.append((copy.not_before - timezone.now()).total_seconds())
    assert waits == sorted(waits)
    assert 3 < waits[0] < 7 < waits[-1]
    assert AuditEvent.objects.filter(name="locations.copy.failed").count() == 4
    replica.refresh_from_db()
    assert replica.state == "down"


def test_a_copy_that_is_being_made_is_left_alone(scientist: Any, locate: Locate) -> None:
    replica = locate()
    version = make_version(make_model(scientist), scientist)
    copy = ArtifactCopy.objects.get(artifact=version.artifact, location=replica)
    ArtifactCopy.objects.filter(pk=copy.pk).update(not_before=timezone.now() + LEASE, attempts=1)
    assert not make_copy(copy.pk)
    copy.refresh_from_db()
    assert (copy.state, copy.attempts) == ("pending", 1)


def test_a_clock_that_was_set_back_keeps_no_copy_waiting(scientist: Any, locate: Locate) -> None:
    """S1-16: what waits for a time that is far ahead again is made now; the longest wait that there is, is kept."""
    replica = locate()
    version = make_version(make_model(scientist), scientist)
    copies = ArtifactCopy.objects.filter(artifact=version.artifact, location=replica)
    copies.update(state="failed", not_before=timezone.now() + timedelta(seconds=1.25 * LONGEST_WAIT_S))
    assert replicate() == 0
    copies.update(not_before=timezone.now() + timedelta(days=1))
    assert replicate() == 1
    assert state_of(replica) == "stored"


@pytest.mark.parametrize("kind", ["filesystem", "s3"])
def test_a_file_whose_row_was_not_written_is_taken_over_when_it_is_the_same(
    scientist: Any, locate: Locate, settle: Any, kind: str
) -> None:
    """As after kill -9 between the last byte and the row; other bytes under the name are replaced."""
    replica = locate(kind=kind)
    version = make_version(make_model(scientist), scientist)
    primary = content_of(StorageLocation.objects.get(is_primary=True), version.artifact)
    for there in (primary, primary[:-1] + b"x"):
        copies = ArtifactCopy.objects.filter(artifact=version.artifact, location=replica)
        copies.update(state="pending")
        store_of(replica).delete(version.artifact.storage_name)
        pending = store_of(replica).begin(version.artifact.storage_name)
        pending.write(there)
        pending.commit()
        settle()
        settle()
        assert copies.get().state == "stored"
        assert content_of(replica, version.artifact) == primary


def test_a_purged_file_leaves_no_copy_behind(scientist: Any, locate: Locate, monkeypatch: Any) -> None:
    """The row goes while the bytes are on their way."""
    from registry.replication import copying

    replica = locate()
    version = make_version(make_model(scientist), scientist)
    copy = ArtifactCopy.objects.get(artifact=version.artifact, location=replica)
    send = copying._send

    def purge_meanwhile(*arguments: Any) -> Any:
        found = send(*arguments)
        ArtifactCopy.objects.filter(pk=copy.pk).delete()
        return found

    monkeypatch.setattr(copying, "_send", purge_meanwhile)
    assert not make_copy(copy.pk)
    assert list(store_of(replica).walk()) == []


def test_a_policy_decides_where_versions_lie(scientist: Any, locate: Locate, settle: Any) -> None:
    """S1-13, S1-35: changing the list starts a back-fill with progress; what is not wanted is not copied."""
    one, two = locate("one"), locate("two")
    model = make_model(scientist)
    changes.set_policy(model, [one], 2, actor=ADMIN)
    version = make_version(model, scientist)
    settle()
    places = ArtifactCopy.objects.filter(artifact=version.artifact, state=CopyState.STORED)
    assert set(places.values_list("location__name", flat=True)) == {"local", "one"}
    assert str(replication_of(version.artifact)) == "2/2"
    changes.set_policy(model, [one, two], 2, actor=ADMIN)
    assert str(replication_of(version.artifact)) == "2/3"
    job = Job.objects.filter(kind="registry.backfill", target_type="registry.registeredmodel").latest("id")
    assert run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.percent) == ("succeeded", 100), job.message
    assert (job.done, job.total) == (3, 3)
    assert str(replication_of(version.artifact)) == "3/3"
    event = AuditEvent.objects.filter(name="locations.policy.changed").latest("id")
    assert event.details["locations"] == "one, two"


def test_a_new_location_is_filled_with_what_is_there(scientist: Any, locate: Locate) -> None:
    """S1-13."""
    model = make_model(scientist)
    versions = [make_version(model, scientist) for _ in range(3)]
    replica = locate()
    job = Job.objects.get(kind="registry.backfill")
    assert run_job(job.pk)
    assert all(state_of_copy(version, replica) == "stored" for version in versions)
    job.refresh_from_db()
    assert "3 copies are stored" in job.message


def test_too_few_places_are_a_finding(scientist: Any, locate: Locate, settle: Any) -> None:
    """S1-36: two places asked for and one location."""
    from registry.locations.posture import findings

    model = make_model(scientist)
    changes.set_policy(model, [], 2, actor=ADMIN)
    version = make_version(model, scientist)
    assert [finding.title for finding in findings()] == [f"{version} lies in 1 of at least 2 locations"]
    locate()
    Job.objects.update(not_before=timezone.now())
    assert run_job(Job.objects.filter(target_type="locations.storagelocation").latest("id").pk)
    assert findings() == []


def test_a_location_is_not_disabled_while_it_is_the_only_place(scientist: Any, locate: Locate, settle: Any) -> None:
    replica = locate()
    version = make_version(make_model(scientist), scientist)
    changes.set_primary(replica, actor=ADMIN)
    local = StorageLocation.objects.get(name="local")
    with pytest.raises(Conflict, match="only place of 1 file"):
        changes.disable(local, actor=ADMIN)
    with pytest.raises(Conflict, match="primary"):
        changes.disable(replica, actor=ADMIN)
    settle()
    changes.disable(local, actor=ADMIN)
    assert state_of_copy(version, replica) == "stored"
    newer = make_version(version.model, scientist)
    assert newer.artifact.location == "replica"
    assert not ArtifactCopy.objects.filter(artifact=newer.artifact, location=local).exists()
    changes.enable(local, actor=ADMIN)
    assert Path(replica.options["folder"]).is_dir()
