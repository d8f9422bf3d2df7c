"""A large table is moved on several connections at once, range by range, as if it were on one."""

import threading

import pytest
from django.db import connection

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.keys import ranges, rotations
from compliance.keys.models import RotationRange, RotationState
from compliance.subjects.models import SubjectRequest
from modelops.crypto.dependents import dependents_of
from modelops.crypto.purposes import Purpose
from modelops.crypto.rotation.columns import Recolumn

from .rows import make_requests, start, work

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 40


@pytest.fixture(autouse=True)
def _small_ranges(monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    settings.MODELOPS_ROTATION_CONNECTIONS = 2  # type: ignore[attr-defined]
    monkeypatch.setattr(Recolumn, "smallest_range", 5)
    monkeypatch.setattr(Recolumn, "batch_size", 3)


def _threads_of_batches(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The threads that batches run on, each with a connection of its own; two batches must be there at once."""
    names: set[str] = set()
    together, batch = threading.Barrier(2), ranges.batch

    def noting(*given: object) -> object:
        if len(names) < 2 and threading.current_thread().name not in names:
            names.add(threading.current_thread().name)
            together.wait(20)
        return batch(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(ranges, "batch", noting)
    return names


def test_ranges_are_moved_on_several_connections_and_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """S0-46: four ranges, two connections, every row moved and counted once, nothing left of the ranges."""
    made = {request.pk: request.subject_email for request in make_requests(ROWS)}
    rotation = start(Purpose.COLUMN)
    threads = _threads_of_batches(monkeypatch)
    work(rotation)
    assert len(threads) == 2
    assert (rotation.state, rotation.done, rotation.failed) == (RotationState.SUCCEEDED, ROWS, 0)
    assert [step.done for step in rotation.steps.filter(done__gt=0)] == [ROWS]
    assert not RotationRange.objects.exists()
    assert not any(found.count for found in dependents_of(rotation.old_key))
    assert {request.pk: request.subject_email for request in SubjectRequest.objects.all()} == made
    moved = AuditEvent.objects.filter(name="keys.rotation.moved")
    assert set(moved.values_list("via", flat=True)) == {f"job:keys.rotate:{rotation.job_id}"}
    # The database sees each batch change ciphertexts; the rotation accounts for them, so nothing calls it tampering.
    assert not AuditEvent.objects.filter(name="watching.rows.changed", target_type="subjects.subjectrequest").exists()


def test_a_damaged_value_in_one_range_keeps_no_other_range_behind() -> None:
    """S0-47: one failure, counted once, also by the pass that looks again."""
    made = make_requests(ROWS)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE subjects_subjectrequest SET subject_ref = substring(subject_ref from 1 for 30) WHERE id = %s",
            [made[7].pk],
        )
    rotation = work(start(Purpose.COLUMN))
    assert (rotation.state, rotation.done, rotation.failed) == (RotationState.FAILED, ROWS - 1, 1)
    assert rotation.failures.get().row == str(made[7].pk)


def test_a_pause_stops_every_connection_and_resuming_goes_on_in_each_range(monkeypatch: pytest.MonkeyPatch) -> None:
    """S0-46: no batch begins after the pause; the ranges remember where they were."""
    made = make_requests(ROWS)
    rotation = start(Purpose.COLUMN)
    actor, batch, paused = Actor.system("test"), ranges.batch, threading.Event()
    first = threading.Lock()

    def pausing(*given: object) -> object:
        if not first.acquire(blocking=False):
            paused.wait(20)
            return batch(*given)  # type: ignore[arg-type]
        result = batch(*given)  # type: ignore[arg-type]
        rotations.pause(rotation, actor=actor)
        paused.set()
        return result

    monkeypatch.setattr(ranges, "batch", pausing)
    work(rotation)
    assert rotation.state == RotationState.PAUSED
    assert rotation.done == Recolumn.batch_size
    left = sum(found.count for found in dependents_of(rotation.old_key) if found.label.endswith("subject_email"))
    assert left == ROWS - rotation.done
    assert RotationRange.objects.filter(is_done=False).count() == RotationRange.objects.count() == 4
    rotations.resume(rotation, actor=actor)
    work(rotation)
    assert (rotation.state, rotation.done) == (RotationState.SUCCEEDED, ROWS)
    assert {request.subject_email for request in SubjectRequest.objects.all()} == {row.subject_email for row in made}


def test_an_error_on_one_connection_ends_the_attempt_and_the_next_one_finishes(monkeypatch: pytest.MonkeyPatch) -> None:
    """S0-46: what the other connection had under way is committed or not there at all."""
    from django.db import OperationalError

    from modelops.jobs.models import Job
    from modelops.jobs.services import run

    make_requests(ROWS)
    rotation = start(Purpose.COLUMN)
    batch, calls = ranges.batch, iter(range(1000))

    def breaking(*given: object) -> object:
        if next(calls) == 3:
            raise OperationalError("the connection is gone")
        return batch(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(ranges, "batch", breaking)
    assert run(rotation.job_id)
    job = Job.objects.get(pk=rotation.job_id)
    assert (job.state, job.message) == ("queued", "The database is away.")
    rotation.refresh_from_db()
    assert 0 < rotation.done < ROWS
    Job.objects.filter(pk=job.pk).update(not_before=job.created_at)
    work(rotation)
    assert (rotation.state, rotation.done) == (RotationState.SUCCEEDED, ROWS)
