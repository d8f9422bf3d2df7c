"""A worker that dies at any step of a rotation leaves nothing that keeps the next one from its end."""

from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from django.utils import timezone

from compliance.audit.models import AuditEvent
from compliance.keys import moving, ranges
from compliance.keys.models import Rotation, RotationRange, RotationState
from compliance.subjects.models import SubjectRequest
from modelops.crypto.dependents import dependents_of
from modelops.crypto.purposes import Purpose
from modelops.crypto.rotation.columns import Recolumn
from modelops.jobs import services
from modelops.jobs.models import Job

from .rows import make_requests, start, work

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 12
# In the order of a rotation: every step that leaves something in the database for the next one.
STEPS: list[tuple[ModuleType, str]] = [
    (moving, "_begin"),
    (moving, "_count"),
    (ranges, "_planned"),
    (ranges, "batch"),
    (ranges, "_close"),
    (moving, "_again"),
    (moving, "_finish"),
]


class Killed(BaseException):
    """Ends a worker as a signal does: what it has under way is rolled back, and it writes nothing more."""


@pytest.fixture(autouse=True)
def _small_ranges(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.MODELOPS_ROTATION_CONNECTIONS = 2
    monkeypatch.setattr(Recolumn, "smallest_range", 3)
    monkeypatch.setattr(Recolumn, "batch_size", 2)


def _die_once(monkeypatch: pytest.MonkeyPatch, module: ModuleType, step: str, *, after: bool) -> None:
    real = getattr(module, step)

    def die(*given: object) -> None:
        monkeypatch.setattr(module, step, real)
        if after:
            real(*given)
        raise Killed

    monkeypatch.setattr(module, step, die)


def _taken_up_again(rotation: Rotation) -> Rotation:
    """What the clock does once the dead worker was not heard of for a while."""
    silent_since = timezone.now() - 2 * services.STALE_AFTER
    assert Job.objects.filter(pk=rotation.job_id, state="running").update(heartbeat_at=silent_since) == 1
    assert services.reconcile() == 1
    Job.objects.filter(pk=rotation.job_id).update(not_before=timezone.now() - timedelta(seconds=1))
    return work(rotation)


def test_the_next_worker_ends_it_wherever_the_last_one_died(monkeypatch: pytest.MonkeyPatch) -> None:
    """S0-46: before and after each step, on two connections; every row is moved and counted once."""
    made = {request.pk: request.subject_email for request in make_requests(ROWS)}
    for module, step in STEPS:
        for after in (False, True):
            moment = f"{'after' if after else 'before'} {step}"
            rotation = start(Purpose.COLUMN)
            _die_once(monkeypatch, module, step, after=after)
            with pytest.raises(Killed):
                work(rotation)
            rotation.refresh_from_db()
            assert not rotation.is_finished, moment
            _taken_up_again(rotation)
            assert (rotation.state, rotation.done, rotation.failed) == (RotationState.SUCCEEDED, ROWS, 0), moment
            assert not RotationRange.objects.exists(), moment
            assert not any(found.count for found in dependents_of(rotation.old_key)), moment
    assert {request.pk: request.subject_email for request in SubjectRequest.objects.all()} == made
    # Each change of a rotation has a row that tells of it, so the database calls none of them tampering.
    assert not AuditEvent.objects.filter(name="watching.rows.changed", target_type="keys.rotation").exists()
