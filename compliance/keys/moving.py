"""The job of a rotation: batch after batch, each in a transaction of its own, until nothing is left to move."""

import time
import uuid

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from compliance.audit import record
from modelops.crypto.keyring import ACTIVE_FOR_S, keyring
from modelops.crypto.models import KeyState
from modelops.crypto.purposes import Purpose
from modelops.crypto.rotation import Batch, Move, moves_of
from modelops.jobs import RunningJob
from modelops.lib.errors import Unavailable

from . import audit_events as events
from .models import FINISHED, Rotation, RotationFailure, RotationState, RotationStep

# Every process writes under the new key this long after it was made; what was written before is found by a last pass.
SETTLED_AFTER_S = ACTIVE_FOR_S + 1.0
_LOOK_AGAIN_S = 0.5


# A rotation with more failures than this is not about single rows; it stops, so that somebody looks.
MANY_FAILURES = 10_000


class Stopped(Exception):
    """The rotation was paused, or is over: the job ends, without an error."""


class GivenUp(Stopped):
    """The rotation cannot go on by itself; the message says why."""


def run(job: RunningJob) -> None:
    """Do what is left of a rotation. Safe to run twice, also at once, and to be killed at any moment."""
    rotation_id = uuid.UUID(str(job.payload["rotation"]))
    try:
        rotation = _begin(rotation_id)
        moves = {move.label: move for move in moves_of(Purpose(rotation.purpose))}
        _count(rotation, moves)
        if not all(move.tells_keys_apart for move in moves.values()):
            _wait_until_settled(rotation)
        _pass(rotation_id, moves, job)
        # Other processes may have written under the former key while the first pass ran.
        _wait_until_settled(rotation)
        if _again(rotation_id, moves):
            _count(rotation, moves)
            _pass(rotation_id, moves, job)
    except Stopped as stopped:
        with job.completing(str(stopped)):
            if isinstance(stopped, GivenUp):
                _finish(rotation_id, str(stopped))
        return
    with job.completing():
        _finish(rotation_id)


def _begin(rotation_id: uuid.UUID) -> Rotation:
    with transaction.atomic():
        rotation = _locked(rotation_id)
        if rotation.state != RotationState.RUNNING:
            rotation.state = RotationState.RUNNING
            rotation.save(update_fields=["state"])
    return rotation


def _locked(rotation_id: uuid.UUID) -> Rotation:
    """The rotation, held by this transaction. Raises Stopped when it must not go on."""
    rotations = Rotation.objects.select_for_update(of=("self",)).select_related("new_key")
    rotation = rotations.filter(pk=rotation_id).first()
    if rotation is None or rotation.state in FINISHED:
        raise Stopped("The rotation is over.")
    if rotation.state == RotationState.PAUSED:
        raise Stopped("Paused; it goes on when somebody resumes it.")
    if rotation.new_key.state != KeyState.ACTIVE:
        raise GivenUp(f"The key {rotation.new_key.name} is not active any more; rotate again.")
    if rotation.failed > MANY_FAILURES:
        raise GivenUp(f"More than {MANY_FAILURES:,} rows could not be moved. Find out why, then retry.")
    purpose = Purpose(rotation.purpose)
    if keyring.active(purpose).id != rotation.new_key_id:
        keyring.forget()  # this process knows the ring as it was before the new key
    if keyring.active(purpose).id != rotation.new_key_id:
        raise Unavailable("The new key is not seen as active yet.")
    return rotation


def _count(rotation: Rotation, moves: dict[str, Move]) -> None:
    """How much there is to do; looked at once, at the start of each job."""
    total = 0
    for step in rotation.steps.all():
        move = moves.get(step.label)
        if move is not None and not step.is_done:
            step.total = step.done + move.remaining()
            RotationStep.objects.filter(pk=step.pk).update(total=step.total)
        total += step.total
    Rotation.objects.filter(pk=rotation.pk).update(total=total)


def _pass(rotation_id: uuid.UUID, moves: dict[str, Move], job: RunningJob) -> None:
    for step_id, label in RotationStep.objects.filter(rotation=rotation_id).values_list("pk", "label"):
        move = moves.get(label)
        while move is not None:
            started = time.monotonic()
            rotation, moved, more = _batch(rotation_id, step_id, move)
            job.progress(rotation.done + rotation.failed, max(rotation.total, 1), label)
            if not more:
                break
            if rotation.rate_limit:
                _sleep(moved / rotation.rate_limit - (time.monotonic() - started), rotation)


def _batch(rotation_id: uuid.UUID, step_id: uuid.UUID, move: Move) -> tuple[Rotation, int, bool]:
    """One batch and its count: both are committed, or neither."""
    with transaction.atomic():
        rotation = _locked(rotation_id)
        step = RotationStep.objects.select_for_update().get(pk=step_id)
        if step.is_done:
            return rotation, 0, False
        size = move.batch_size
        if rotation.rate_limit:
            size = min(size, max(1, rotation.rate_limit // 4))  # batches of a quarter of a second
        batch = move.move(step.cursor or None, size)
        failed = _keep_failures(rotation, step, batch)
        step.cursor, step.is_done = batch.cursor or "", batch.cursor is None
        step.done += batch.moved
        step.failed += failed
        step.save(update_fields=["cursor", "is_done", "done", "failed"])
        changes = {"done": F("done") + batch.moved, "failed": F("failed") + failed}
        if batch.moved:
            changes["fruitless"] = 0  # type: ignore[assignment]
        Rotation.objects.filter(pk=rotation_id).update(**changes)
        rotation.done, rotation.failed = rotation.done + batch.moved, rotation.failed + failed
    return rotation, batch.moved, not step.is_done


def _keep_failures(rotation: Rotation, step: RotationStep, batch: Batch) -> int:
    if not batch.failures:
        return 0
    before = rotation.failures.count()
    RotationFailure.objects.bulk_create(
        [
            RotationFailure(rotation=rotation, label=step.label, row=failure.pk, message=failure.message[:500])
            for failure in batch.failures
        ],
        ignore_conflicts=True,  # found by an earlier pass already
    )
    return rotation.failures.count() - before


def _sleep(seconds: float, rotation: Rotation) -> None:
    """Wait in small pieces, so that a pause is heard."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, _LOOK_AGAIN_S))
        with transaction.atomic():
            _locked(rotation.pk)


def _wait_until_settled(rotation: Rotation) -> None:
    activated_at = rotation.new_key.activated_at
    if activated_at is not None:
        _sleep(SETTLED_AFTER_S - (timezone.now() - activated_at).total_seconds(), rotation)


def _again(rotation_id: uuid.UUID, moves: dict[str, Move]) -> bool:
    """Open the steps again that have rows left which did not fail; whether there is one."""
    found = False
    for step in RotationStep.objects.filter(rotation=rotation_id):
        move = moves.get(step.label)
        if move is not None and move.needs_another_pass(step.failed):
            RotationStep.objects.filter(pk=step.pk).update(cursor="", is_done=False)
            found = True
    return found


def _finish(rotation_id: uuid.UUID, given_up: str = "") -> None:
    """The end, in the transaction that ends the job."""
    rotation = Rotation.objects.select_for_update(of=("self",)).select_related("old_key", "new_key").get(pk=rotation_id)
    if rotation.state in FINISHED:
        return
    rotation.state = RotationState.FAILED if rotation.failed or given_up else RotationState.SUCCEEDED
    rotation.finished_at = timezone.now()
    rows = "row" if rotation.failed == 1 else "rows"
    rotation.message = given_up or (f"{rotation.failed:,} {rows} could not be moved." if rotation.failed else "")
    rotation.save(update_fields=["state", "finished_at", "message"])
    record(
        events.ROTATION_FINISHED,
        rotation,
        actor=rotation.actor,
        outcome="success" if rotation.state == RotationState.SUCCEEDED else "failure",
        purpose=rotation.purpose,
        old_version=rotation.old_key.version if rotation.old_key else 0,
        new_version=rotation.new_key.version,
        done=rotation.done,
        failed=rotation.failed,
    )
