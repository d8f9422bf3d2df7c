"""A rotation can be paused, goes on, keeps what failed, and never overwrites what somebody saved meanwhile."""

import threading
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.keys import ranges, rotations
from compliance.keys.models import Rotation, RotationState
from compliance.subjects.models import SubjectRequest
from modelops.crypto.keyring import keyring
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.crypto.rotation.columns import Recolumn
from modelops.crypto.rotation.reseal import Reseal
from modelops.crypto.states import Reason
from modelops.jobs.models import Job
from modelops.jobs.services import run
from modelops.lib.errors import Conflict, Invalid
from registry.models import Artifact

from .rows import active, make_artifacts, make_requests, open_all, start, versions, work

pytestmark = pytest.mark.django_db
ACTOR = Actor("user", "0194d0c0-0000-7000-8000-000000000002")


def states_told(step: str) -> list[list[str]]:
    """The states before and after that rows of ACTOR in the ledger show for a step."""
    told = AuditEvent.objects.filter(name=f"keys.rotation.{step}", actor_ref=ACTOR.ref).order_by("id")
    changes = [change for row in told for change in row.details["diff"] if change["model"] == "keys.rotation"]
    return [change["rows"][0]["changes"]["state"] for change in changes]


def test_a_paused_rotation_stops_after_its_batch_and_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """S0-46: nothing is moved while it is paused; after it is resumed all is moved, once."""
    monkeypatch.setattr(Reseal, "batch_size", 10, raising=False)
    keys = make_artifacts(1100)
    rotation = start(Purpose.ARTIFACT)
    batch = ranges.batch

    def pause_after_the_first(*given: object) -> object:
        result = batch(*given)  # type: ignore[arg-type]
        monkeypatch.setattr(ranges, "batch", batch)
        rotations.pause(rotation, actor=ACTOR)
        return result

    monkeypatch.setattr(ranges, "batch", pause_after_the_first)
    work(rotation)
    assert rotation.state == RotationState.PAUSED
    assert 0 < rotation.done < 1100
    assert Job.objects.get(pk=rotation.job_id).state == "succeeded"
    assert versions() == {1: 1100 - rotation.done, 2: rotation.done}
    assert open_all(keys) == 1100
    assert rotations.tend() == 0, "what is paused stays paused"
    rotations.resume(rotation, actor=ACTOR)
    work(rotation)
    assert (rotation.state, rotation.done) == (RotationState.SUCCEEDED, 1100)
    assert versions() == {2: 1100}
    assert states_told("paused") == [["running", "paused"]]
    assert states_told("resumed") == [["paused", "queued"]]


def test_a_row_that_does_not_open_is_told_and_tried_again() -> None:
    """S0-47: the row, its reason, and a retry; the other rows are moved."""
    keys = make_artifacts(20)
    broken = next(iter(keys))
    sound = bytes(Artifact.objects.get(pk=broken).wrapped_key)
    Artifact.objects.filter(pk=broken).update(wrapped_key=sound[:-1] + bytes([sound[-1] ^ 1]))
    rotation = work(start(Purpose.ARTIFACT))
    assert (rotation.state, rotation.done, rotation.failed) == (RotationState.FAILED, 19, 1)
    assert rotation.message == "1 row could not be moved."
    failure = rotation.failures.get()
    assert (failure.row, failure.label) == (str(broken), "registry.Artifact.wrapped_key")
    assert failure.message.startswith("sealed.damaged: ")
    with pytest.raises(Conflict, match=r"1 row of registry\.Artifact\.wrapped_key"):
        rotations.raise_minimum(Purpose.ARTIFACT, 2, reason=Reason.UNUSED, actor=ACTOR)
    Artifact.objects.filter(pk=broken).update(wrapped_key=sound)
    rotations.retry(rotation, actor=ACTOR)
    assert states_told("retried") == [["failed", "queued"]]
    work(rotation)
    assert (rotation.state, rotation.done, rotation.failed) == (RotationState.SUCCEEDED, 20, 0)
    assert open_all(keys) == 20


def test_a_damaged_column_is_found_among_its_neighbours() -> None:
    """S0-47: one value that does not open keeps no other row behind."""
    made = make_requests(9)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE subjects_subjectrequest SET subject_ref = substring(subject_ref from 1 for 30) WHERE id = %s",
            [made[4].pk],
        )
    rotation = work(start(Purpose.COLUMN))
    assert (rotation.state, rotation.done, rotation.failed) == (RotationState.FAILED, 8, 1)
    assert rotation.failures.get().row == str(made[4].pk)


def test_raising_the_smallest_version_is_refused_while_rows_remain() -> None:
    """S0-46: and shuts the older keys when none does."""
    make_artifacts(2)
    rotation = start(Purpose.ARTIFACT)
    with pytest.raises(Conflict) as refused:
        rotations.raise_minimum(Purpose.ARTIFACT, 2, reason=Reason.UNUSED, actor=ACTOR)
    assert refused.value.code == "key.in_use"
    with pytest.raises(CommandError, match="2 rows of registry"):
        call_command("keys", "minimum", "artifact", "2")
    work(rotation)
    assert [key.version for key in rotations.raise_minimum(Purpose.ARTIFACT, 2, reason=Reason.UNUSED, actor=ACTOR)] == [
        1
    ]
    assert KeyVersion.objects.get(purpose="artifact", version=1).state == KeyState.SUSPENDED
    with pytest.raises(Invalid):
        rotations.raise_minimum(Purpose.ARTIFACT, 3, reason=Reason.UNUSED, actor=ACTOR)


def test_one_rotation_a_purpose_at_a_time() -> None:
    start(Purpose.ARTIFACT)
    with pytest.raises(Conflict) as refused:
        start(Purpose.ARTIFACT)
    assert refused.value.code == "rotation.under_way"


def test_a_rotation_whose_job_is_gone_gets_another_one() -> None:
    """S0-46: however often workers die; one that never moves a row is given up."""
    keys = make_artifacts(4)
    rotation = start(Purpose.ARTIFACT)
    for _ in range(rotations.FRUITLESS_JOBS):
        Job.objects.filter(pk=rotation.job_id).update(state="failed")
        assert rotations.tend() == 1
        rotation.refresh_from_db()
    work(rotation)
    assert (rotation.state, rotation.done, rotation.fruitless) == (RotationState.SUCCEEDED, 4, 0)
    assert open_all(keys) == 4


def test_a_rotation_that_is_given_up_is_told_and_can_be_retried() -> None:
    """S0-46: nothing moved however many jobs it was given, so somebody must look; nothing is lost by that."""
    keys = make_artifacts(2)
    rotation = start(Purpose.ARTIFACT)
    for _ in range(rotations.FRUITLESS_JOBS + 1):
        Job.objects.filter(pk=rotation.job_id).update(state="failed")
        rotations.tend()
        rotation.refresh_from_db()
    assert rotation.state == RotationState.FAILED
    told = AuditEvent.objects.get(name="keys.rotation.finished")
    assert (told.outcome, told.actor_ref, told.target_id) == ("failure", "keys", str(rotation.pk))
    rotations.retry(rotation, actor=ACTOR)
    work(rotation)
    assert (rotation.state, open_all(keys)) == (RotationState.SUCCEEDED, 2)


def test_what_a_long_transaction_left_behind_is_found_later() -> None:
    """A row under the former key that appears after the end begins a rotation of its own to the same key."""
    rotation = work(start(Purpose.ARTIFACT))
    old = rotation.old_key
    keys = make_artifacts(1)
    from modelops.crypto import envelope, xaes
    from registry.artifacts.sealed import context_of

    (pk, data_key), header = next(iter(keys.items())), b"\x01" + old.pk.bytes
    late = header + xaes.seal(
        keyring.whatever_state(old).material,
        data_key,
        envelope._associated(header, Purpose.ARTIFACT, context_of(pk)),
    )
    Artifact.objects.filter(pk=pk).update(wrapped_key=late, key_version=1)
    assert rotations.tend() == 1
    second = Rotation.objects.get(state=RotationState.QUEUED)
    work(second)
    assert versions() == {2: 1}
    assert open_all(keys) == 1
    assert rotations.tend() == 0


def test_a_rate_limit_holds() -> None:
    """Twelve rows at sixteen a second take at least half a second: the last quarter is not waited for."""
    make_artifacts(12)
    rotation = start(Purpose.ARTIFACT, rate_limit=16)
    started = time.monotonic()
    assert work(rotation).done == 12
    assert time.monotonic() - started > 0.5
    with pytest.raises(Invalid):
        rotations.set_rate(rotation, -1, actor=Actor.system("tests"))


@pytest.mark.django_db(transaction=True)
def test_a_save_during_a_batch_is_never_overwritten() -> None:
    """S0-46: the row is locked by another transaction while the batch wants it; what that one writes stays."""
    made = make_requests(3)
    start(Purpose.COLUMN)
    table = next(move for move in _column_moves() if move.label.startswith("subjects.SubjectRequest"))
    begun, saved = threading.Event(), threading.Event()

    def save_slowly() -> None:
        with transaction.atomic():
            row = SubjectRequest.objects.select_for_update().get(pk=made[1].pk)
            begun.set()
            saved.wait(1.0)
            row.closing_note = "changed by hand"
            row.save(update_fields=["closing_note"])
        connection.close()

    other = threading.Thread(target=save_slowly)
    other.start()
    assert begun.wait(10)
    with transaction.atomic():
        table.move(None, 100)
    other.join(10)
    assert SubjectRequest.objects.get(pk=made[1].pk).closing_note == "changed by hand"
    assert SubjectRequest.objects.get(pk=made[1].pk).subject_email == made[1].subject_email
    assert table.remaining() == 0


def _column_moves() -> list[Recolumn]:
    from modelops.crypto.rotation import moves_of

    return [move for move in moves_of(Purpose.COLUMN) if isinstance(move, Recolumn)]


def test_the_command_rotates_and_says_where_it_is() -> None:
    """S0-45: keys rotate, without an argument for artifacts."""
    out = StringIO()
    call_command("keys", "rotate", stdout=out)
    rotation = Rotation.objects.get()
    assert (rotation.purpose, rotation.actor_ref, rotation.second_ref) == (
        "artifact", "operator-shell", "operator-shell",
    )  # fmt: skip
    assert "artifact v2 is active" in out.getvalue()
    assert run(rotation.job_id)
    out = StringIO()
    call_command("keys", "list", "--protects", stdout=out)
    assert "artifact       v1   decrypt_only" in out.getvalue()
    assert active(Purpose.ARTIFACT).fingerprint in out.getvalue()
