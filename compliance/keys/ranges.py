"""The ranges of a step: batch after batch, several ranges at once where PostgreSQL does the work.

A batch, its count and the new beginning of its range are one transaction, on whichever connection. So it does not
matter how many connections there are, which of them die, or whether another worker is at the same range.
"""

import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextvars import copy_context
from queue import Empty, SimpleQueue
from threading import Event

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from compliance.audit import record
from modelops.crypto.rotation import Failure, Move

from . import audit_events as events
from .models import Rotation, RotationFailure, RotationRange, RotationStep
from .standing import standing, wait

# More ranges than connections, so that nobody waits long for the one that is last.
RANGES_A_CONNECTION = 2
_LOOK_EVERY_S = 0.25

Tell = Callable[[Rotation], None]


def pass_over(rotation_id: uuid.UUID, step_id: uuid.UUID, move: Move, tell: Tell) -> None:
    """Move every row of a step that is not under the new key. ``tell`` hears now and then how far the rotation is.

    Raises Stopped, and what a batch or ``tell`` raises, after the batches that are under way.
    """
    todo = _planned(step_id, move)
    lanes = min(_connections(), len(todo))
    if lanes > 1:
        _at_once(rotation_id, todo, move, lanes, tell)
    else:
        for range_id in todo:
            _work(rotation_id, range_id, move, 1, Event(), tell)
    _close(step_id)


def _connections() -> int:
    """So many that the job itself and its heartbeat still get theirs."""
    pool = settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"]
    return max(1, min(settings.MODELOPS_ROTATION_CONNECTIONS, pool - 2))


def _planned(step_id: uuid.UUID, move: Move) -> list[uuid.UUID]:
    """The ranges that are left, made at the beginning of a pass."""
    with transaction.atomic():
        step = RotationStep.objects.select_for_update().get(pk=step_id)
        if step.is_done:
            return []
        if not step.ranges.exists():
            count = _connections()
            borders = move.split(count * RANGES_A_CONNECTION) if count > 1 else []
            RotationRange.objects.bulk_create(
                RotationRange(step=step, after=after, upto=upto)
                for after, upto in zip(["", *borders], [*borders, ""], strict=True)
            )
        return list(step.ranges.filter(is_done=False).values_list("pk", flat=True))


def _close(step_id: uuid.UUID) -> None:
    """End the pass over a step when its last range is done."""
    with transaction.atomic():
        step = RotationStep.objects.select_for_update().get(pk=step_id)
        if step.ranges.exists() and not step.ranges.filter(is_done=False).exists():
            step.ranges.all().delete()
            step.is_done = True
            step.save(update_fields=["is_done"])


def _at_once(rotation_id: uuid.UUID, todo: list[uuid.UUID], move: Move, lanes: int, tell: Tell) -> None:
    left: SimpleQueue[uuid.UUID] = SimpleQueue()
    for range_id in todo:
        left.put(range_id)
    stop = Event()

    def lane() -> None:
        try:
            while not stop.is_set():
                _work(rotation_id, left.get_nowait(), move, lanes, stop)
        except Empty:
            return
        except BaseException:
            stop.set()
            raise
        finally:
            connection.close()

    with ThreadPoolExecutor(lanes, thread_name_prefix="rotation") as pool:
        running = [pool.submit(copy_context().run, lane) for _ in range(lanes)]  # the ledger names the job
        try:
            while wait_for(running, _LOOK_EVERY_S).not_done:
                tell(standing(rotation_id))
        finally:
            stop.set()
    for ended in running:
        ended.result()


def _work(
    rotation_id: uuid.UUID, range_id: uuid.UUID, move: Move, lanes: int, stop: Event, tell: Tell | None = None
) -> None:
    """One range to its end. A rate limit is shared by as many as work beside each other."""
    more = True
    while more and not stop.is_set():
        started = time.monotonic()
        rotation, moved, more = batch(rotation_id, range_id, move, lanes)
        if tell is not None:
            tell(rotation)
        if more and rotation.rate_limit:
            wait(moved * lanes / rotation.rate_limit - (time.monotonic() - started), rotation_id)


def batch(rotation_id: uuid.UUID, range_id: uuid.UUID, move: Move, lanes: int = 1) -> tuple[Rotation, int, bool]:
    """One batch and its count: both are committed, or neither. Gives how many rows moved and whether more follow."""
    with transaction.atomic():
        _leave_the_disk_time()
        ranges = RotationRange.objects.select_for_update(of=("self",)).select_related("step")
        part = ranges.filter(pk=range_id).first()
        rotation = standing(rotation_id)
        if part is None or part.is_done:
            return rotation, 0, False
        size = move.batch_size
        if rotation.rate_limit:
            size = min(size, max(1, rotation.rate_limit // lanes // 4))  # batches of a quarter of a second
        done = move.move(part.after or None, size, part.upto or None)
        part.after, part.is_done = done.cursor or "", done.cursor is None
        part.save(update_fields=["after", "is_done"])
        failed = _keep_failures(rotation, part.step.label, done.failures)
        # Last, because the others wait for these two rows until the commit.
        changes = {"done": F("done") + done.moved, "failed": F("failed") + failed}
        fruitful = {"fruitless": 0} if done.moved else {}
        Rotation.objects.filter(pk=rotation_id).update(**changes, **fruitful)
        RotationStep.objects.filter(pk=part.step_id).update(**changes)
        if done.moved:
            _account(rotation, part.step.label, done.moved)
        rotation.done, rotation.failed = rotation.done + done.moved, rotation.failed + failed
    return rotation, done.moved, not part.is_done


def _account(rotation: Rotation, label: str, moved: int) -> None:
    """The database watches columns that are moved; this tells it in the same transaction who changed them."""
    record(
        events.ROTATION_MOVED,
        rotation,
        actor=rotation.actor,
        purpose=rotation.purpose,
        place=label,
        rows=moved,
        new_version=rotation.new_key.version,
    )


def _leave_the_disk_time() -> None:
    """Let this transaction reach the disk a moment after its commit.

    A crash of the server may then undo the last batches, whole and with their counts; they are done again. The end of
    the rotation waits for the disk, and with it for every batch before.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def _keep_failures(rotation: Rotation, label: str, failures: list[Failure]) -> int:
    """Keep what an earlier pass has not found already; returns how many those are."""
    if not failures:
        return 0
    kept = rotation.failures.filter(label=label, row__in=[failure.pk for failure in failures])
    before = kept.count()
    RotationFailure.objects.bulk_create(
        [
            RotationFailure(rotation=rotation, label=label, row=failure.pk, message=failure.message[:500])
            for failure in failures
        ],
        ignore_conflicts=True,
    )
    return kept.count() - before
