"""The job of a rotation: one step after the other, until nothing is left to move."""

import uuid

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.crypto.keyring import ACTIVE_FOR_S
from modelops.crypto.purposes import Purpose
from modelops.crypto.rotation import Move, moves_of
from modelops.jobs import RunningJob

from . import audit_events as events
from .ending import end
from .models import FINISHED, Rotation, RotationState, RotationStep
from .ranges import pass_over
from .standing import GivenUp, Stopped, standing, wait

# Every process writes under the new key this long after it was made; what was written before is found by a last pass.
SETTLED_AFTER_S = ACTIVE_FOR_S + 1.0


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
        rotation = standing(rotation_id, locked=True)
        if rotation.state != RotationState.RUNNING:
            rotation.state = RotationState.RUNNING
            rotation.save(update_fields=["state"])
            record(
                events.ROTATION_BEGUN,
                rotation,
                actor=Actor.system("keys"),
                purpose=rotation.purpose,
                new_version=rotation.new_key.version,
            )
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

        def tell(rotation: Rotation, label: str = label) -> None:
            job.progress(rotation.done + rotation.failed, max(rotation.total, 1), label)

        if label in moves:
            pass_over(rotation_id, step_id, moves[label], tell)


def _wait_until_settled(rotation: Rotation) -> None:
    activated_at = rotation.new_key.activated_at
    if activated_at is not None:
        wait(SETTLED_AFTER_S - (timezone.now() - activated_at).total_seconds(), rotation.pk)


def _again(rotation_id: uuid.UUID, moves: dict[str, Move]) -> bool:
    """Open the steps again that have rows left which did not fail; whether there is one."""
    found = False
    for step in RotationStep.objects.filter(rotation=rotation_id):
        move = moves.get(step.label)
        if move is not None and move.needs_another_pass(step.failed):
            RotationStep.objects.filter(pk=step.pk).update(is_done=False)
            found = True
    return found


def _finish(rotation_id: uuid.UUID, given_up: str = "") -> None:
    """The end, in the transaction that ends the job."""
    rotation = Rotation.objects.select_for_update(of=("self",)).select_related("old_key", "new_key").get(pk=rotation_id)
    if rotation.state in FINISHED:
        return
    rows = "row" if rotation.failed == 1 else "rows"
    message = given_up or (f"{rotation.failed:,} {rows} could not be moved." if rotation.failed else "")
    end(rotation, RotationState.FAILED if message else RotationState.SUCCEEDED, message, actor=rotation.actor)
