"""Rotations: a new key at once for everything that is written, and a job that moves what is there.

The `Rotation` row is the truth. Each batch locks it, moves rows, counts and commits, so two workers on one rotation
take turns, and one that is killed leaves nothing half done.
"""

from collections.abc import Iterator

from django.db import transaction

from compliance.audit import Actor, record
from modelops.crypto import lifecycle
from modelops.crypto.decisions import Decision
from modelops.crypto.dependents import dependents_of
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.crypto.rotation import moves_of
from modelops.crypto.services import create_key
from modelops.crypto.states import Reason
from modelops.jobs import enqueue
from modelops.jobs.models import Job
from modelops.lib.errors import Conflict, Invalid, Unavailable

from . import audit_events as events
from .ending import end
from .models import FINISHED, Rotation, RotationRange, RotationState, RotationStep

JOB = "keys.rotate"
FASTEST = 1_000_000
# So many jobs in a row may end without moving a row before the rotation counts as failed.
FRUITLESS_JOBS = 5


def require_rotatable(key: KeyVersion) -> None:
    """Raise Conflict unless ``key`` is what its purpose writes under, or the last one where there is none."""
    present = KeyVersion.objects.filter(purpose=key.purpose, state=KeyState.ACTIVE).first()
    latest = present or KeyVersion.objects.filter(purpose=key.purpose).order_by("-version").first()
    if latest is None or latest.pk != key.pk:
        named = f" Rotate {latest.name} instead." if latest else ""
        raise Conflict(f"The key {key.name} is not the present key of its purpose.{named}", code="key.wrong_state")
    _require_none_under_way(Purpose(key.purpose))


def _require_none_under_way(purpose: Purpose) -> None:
    if Rotation.objects.filter(purpose=purpose).exclude(state__in=FINISHED).exists():
        raise Conflict(
            f"A rotation of {purpose.value!r} is under way. Let it finish, or resume it when it is paused.",
            code="rotation.under_way",
        )


@transaction.atomic
def rotate(key: KeyVersion, *, decision: Decision, rate_limit: int = 0) -> Rotation:
    """Make a new key for the purpose of ``key``, write under it from now on, and let a job move what is there.

    Raises Conflict, KeysUnavailable, and Unavailable when the broker is away: then nothing has changed.
    """
    require_rotatable(key)
    new = create_key(Purpose(key.purpose), decision=decision)
    new = lifecycle.activate(new, decision=decision)
    return follow(new, decision=decision, old=key, rate_limit=rate_limit)


@transaction.atomic
def follow(
    new: KeyVersion, *, decision: Decision, old: KeyVersion | None = None, rate_limit: int = 0, patient: bool = False
) -> Rotation:
    """Move everything of a purpose to ``new``, which is active.

    ``patient`` lets the job begin later, by `tend`, where the broker is away; otherwise that is refused.
    """
    purpose = Purpose(new.purpose)
    _require_none_under_way(purpose)
    _require_rate(rate_limit)
    if old is None:
        old = KeyVersion.objects.filter(purpose=purpose, version__lt=new.version).order_by("-version").first()
    actor = actor_of(decision)
    second = decision.second
    rotation = Rotation.objects.create(
        purpose=purpose,
        old_key=old,
        new_key=new,
        reason=decision.reason,
        rate_limit=rate_limit,
        actor_kind=actor.kind,
        actor_ref=actor.ref,
        second_kind=second.kind if second else "",
        second_ref=second.ref if second else "",
    )
    RotationStep.objects.bulk_create([RotationStep(rotation=rotation, label=move.label) for move in moves_of(purpose)])
    record(
        events.ROTATION_STARTED,
        rotation,
        actor=actor,
        purpose=purpose.value,
        old_version=old.version if old else 0,
        new_version=new.version,
        second_actor=f"{second.kind}:{second.ref}" if second else "",
        reason=decision.reason.value,
    )
    try:
        _enqueue(rotation)
    except Unavailable:
        if not patient:
            raise
    return rotation


def actor_of(decision: Decision) -> Actor:
    """Whom the ledger names for a decision."""
    if decision.actor is None:
        return Actor.system("keys")
    return Actor(decision.actor.kind, decision.actor.ref)  # type: ignore[arg-type]  # an Actor, seen from below


def _enqueue(rotation: Rotation) -> None:
    job = enqueue(
        JOB, payload={"rotation": str(rotation.pk)}, actor=rotation.actor, target=rotation, total=rotation.total
    )
    rotation.job_id, rotation.message = job.pk, ""
    rotation.save(update_fields=["job_id", "message"])


def _locked(rotation: Rotation) -> Rotation:
    return Rotation.objects.select_for_update(of=("self",)).select_related("old_key", "new_key").get(pk=rotation.pk)


@transaction.atomic
def pause(rotation: Rotation, *, actor: Actor) -> Rotation:
    """Stop after the batch that is under way. Everything opens as before; new data is under the new key."""
    rotation = _locked(rotation)
    if rotation.state not in (RotationState.QUEUED, RotationState.RUNNING):
        raise Conflict(f"The rotation is {rotation.state} and cannot be paused.", code="rotation.wrong_state")
    rotation.state = RotationState.PAUSED
    rotation.save(update_fields=["state"])
    record(events.ROTATION_PAUSED, rotation, actor=actor, purpose=rotation.purpose)
    return rotation


@transaction.atomic
def resume(rotation: Rotation, *, actor: Actor) -> Rotation:
    """Go on where it was paused."""
    rotation = _locked(rotation)
    if rotation.state != RotationState.PAUSED:
        raise Conflict(f"The rotation is {rotation.state}, not paused.", code="rotation.wrong_state")
    rotation.state, rotation.fruitless = RotationState.QUEUED, 0
    rotation.save(update_fields=["state", "fruitless"])
    record(events.ROTATION_RESUMED, rotation, actor=actor, purpose=rotation.purpose)
    _enqueue(rotation)
    return rotation


@transaction.atomic
def retry(rotation: Rotation, *, actor: Actor) -> Rotation:
    """Try again what failed: every step looks once more for rows that are not under the new key."""
    rotation = _locked(rotation)
    if rotation.state != RotationState.FAILED:
        raise Conflict(f"The rotation is {rotation.state}; nothing is to be retried.", code="rotation.wrong_state")
    if rotation.new_key.state != KeyState.ACTIVE:
        raise Conflict(
            f"The key {rotation.new_key.name} is not active any more; the rotation after it moves what is left.",
            code="rotation.outdated",
        )
    _require_none_under_way(Purpose(rotation.purpose))
    rotation.failures.all().delete()
    RotationRange.objects.filter(step__rotation=rotation).delete()
    rotation.steps.update(is_done=False, failed=0)
    rotation.state, rotation.failed, rotation.fruitless, rotation.finished_at = RotationState.QUEUED, 0, 0, None
    rotation.save(update_fields=["state", "failed", "fruitless", "finished_at"])
    record(events.ROTATION_RETRIED, rotation, actor=actor, purpose=rotation.purpose)
    _enqueue(rotation)
    return rotation


@transaction.atomic
def set_rate(rotation: Rotation, rate_limit: int, *, actor: Actor) -> Rotation:
    """Move at most so many rows a second; 0 is as fast as it goes. Holds from the next batch on."""
    _require_rate(rate_limit)
    rotation = _locked(rotation)
    rotation.rate_limit = rate_limit
    rotation.save(update_fields=["rate_limit"])
    record(events.ROTATION_PACED, rotation, actor=actor, purpose=rotation.purpose, rate=rate_limit)
    return rotation


def _require_rate(rate_limit: int) -> None:
    if not 0 <= rate_limit <= FASTEST:
        raise Invalid(
            f"The rate of {rate_limit} rows a second is out of range; use 0 (no limit) to {FASTEST:,}.",
            code="rotation.bad_rate",
            field="rate_limit",
        )


def raise_minimum(purpose: Purpose, version: int, *, reason: Reason, actor: Actor) -> list[KeyVersion]:
    """Open nothing any more under keys of ``purpose`` older than ``version``; returns those that were shut.

    Raises Conflict while anything is under one of them: every row is looked at. The keys are suspended, not destroyed,
    so that a mistake can be taken back.
    """
    with transaction.atomic():
        present = KeyVersion.objects.filter(purpose=purpose, state=KeyState.ACTIVE).first()
        if present is None or not 1 <= version <= present.version:
            allowed = f"1 to {present.version}" if present else "nothing, as no key is active"
            raise Invalid(
                f"The smallest version of {purpose.value!r} can be {allowed}.", code="key.bad_version", field="version"
            )
        older = KeyVersion.objects.select_for_update().filter(
            purpose=purpose, version__lt=version, state__in=[KeyState.DECRYPT_ONLY]
        )
        shut = []
        for key in older.order_by("version"):
            lifecycle.require_unused(key, in_full=True)
            shut.append(lifecycle.suspend(key, decision=Decision(actor, reason)))
        record(events.MINIMUM_RAISED, present, actor=actor, purpose=purpose.value, version=version, reason=reason.value)
    return shut


def tend() -> int:
    """Give every rotation that should go on a job, when it has none any more; returns how many.

    Also begins one for a purpose whose older keys still protect rows that a finished rotation could not see: a long
    upload or transaction may commit under the former key after the job has ended.
    """
    count = 0
    for rotation in Rotation.objects.filter(state__in=[RotationState.QUEUED, RotationState.RUNNING]):
        count += _tend_one(rotation)
    for purpose, key in _stragglers():
        with transaction.atomic():
            if not Rotation.objects.filter(purpose=purpose).exclude(state__in=FINISHED).exists():
                follow(key, decision=Decision(None, Reason.SCHEDULE))
                count += 1
    return count


@transaction.atomic
def _tend_one(rotation: Rotation) -> int:
    rotation = _locked(rotation)
    if rotation.state not in (RotationState.QUEUED, RotationState.RUNNING):
        return 0
    if rotation.job_id and Job.objects.unfinished().filter(pk=rotation.job_id).exists():
        return 0
    rotation.fruitless += 1
    rotation.save(update_fields=["fruitless"])
    if rotation.fruitless > FRUITLESS_JOBS:
        message = "Its jobs ended again and again without moving a row. Read the jobs' messages, then retry."
        end(rotation, RotationState.FAILED, message, actor=Actor.system("keys"))
        return 0
    _enqueue(rotation)
    return 1


def _stragglers() -> Iterator[tuple[Purpose, KeyVersion]]:
    """Purposes with a finished rotation and rows that have come in under an older key since."""
    for key in KeyVersion.objects.filter(state=KeyState.ACTIVE, version__gt=1):
        last = Rotation.objects.filter(purpose=key.purpose).order_by("-id").first()
        if last is None or last.state != RotationState.SUCCEEDED:
            continue
        older = KeyVersion.objects.filter(purpose=key.purpose, state__in=[KeyState.DECRYPT_ONLY, KeyState.COMPROMISED])
        if any(found.count and not found.runs_out for row in older for found in dependents_of(row)):
            yield Purpose(key.purpose), key
