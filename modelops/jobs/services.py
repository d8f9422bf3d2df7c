"""From asking for work to its end."""

import logging
import threading
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import InterfaceError, OperationalError, close_old_connections, connection, models, transaction
from django.db.models import F, Q
from django.utils import timezone
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from compliance.audit import Actor, record
from compliance.audit.context import acting
from modelops.lib.errors import DomainError, Invalid, Unavailable
from modelops.lib.fixed_inserts import insert
from modelops.lib.fixed_rows import unsaved

from . import attempts
from .audit_events import JOB_FAILED
from .broker import require_broker
from .handlers import find_handler
from .message import send
from .running import JobLost, RunningJob

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
HEARTBEAT_S = 5.0
# Between two attempts.
LONGEST_PAUSE = timedelta(seconds=60)
# A worker that has not been heard of for this long is taken for dead.
STALE_AFTER = timedelta(seconds=25)
# A request was counted in Valkey before it came to ask for a job: who answered then is not asked for a word again.
KNOWN_FOR_S = 0.5
# A queued job whose doorbell was lost is rung again after this.
RING_AGAIN_AFTER = timedelta(seconds=15)


def enqueue(
    kind: str, *, payload: dict[str, Any], actor: Actor, target: models.Model | None = None, total: int = 0
) -> Any:
    """Ask for a job in the caller's transaction; it begins after the commit. Returns the `Job`.

    ``payload`` holds ids and plain JSON, never personal data and no secrets: it stands in the clear. Raises
    Unavailable when the broker is away: who asks should know that nothing would happen.
    """
    if find_handler(kind) is None:
        raise Invalid(f"There is no job of kind {kind!r}.", code="job.unknown_kind")
    if not connection.in_atomic_block:
        raise RuntimeError("A job must be asked for in the transaction of what it works on.")
    require_broker(within_s=KNOWN_FOR_S)
    job = unsaved(
        apps.get_model("jobs", "Job"),
        kind=kind,
        payload=payload,
        actor_kind=actor.kind,
        actor_ref=actor.ref,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        total=total,
    )
    insert(job)
    transaction.on_commit(lambda: ring(job.pk), robust=True)
    return job


def ring(job_id: uuid.UUID) -> None:
    """Tell the workers that there is something to do. When the broker is away the reconciler rings later."""
    try:
        send(job_id)
    except (KombuError, RedisError, OSError) as error:
        logger.warning("The doorbell for job %s did not ring: %s", job_id, type(error).__name__)


def run(job_id: uuid.UUID) -> bool:
    """Claim a queued job and do it; returns whether this call did it."""
    jobs = apps.get_model("jobs", "Job").objects
    token = uuid.uuid4()
    now = timezone.now()
    with transaction.atomic():
        claimed = jobs.filter(pk=job_id, state="queued", not_before__lte=now).update(
            state="running", token=token, attempts=F("attempts") + 1, started_at=now, heartbeat_at=now
        )
        if not claimed:
            return False
        job = jobs.get(pk=job_id)
        attempts.begin(job)
    with acting(via=f"job:{job.kind}:{job_id}"):
        return _do(job, token)


def _do(job: Any, token: uuid.UUID) -> bool:
    job_id: uuid.UUID = job.pk
    handler = find_handler(job.kind)
    if handler is None:
        _fail(job_id, token, f"This worker knows no job of kind {job.kind!r}.")
        return True
    running = RunningJob(job.pk, token, job.payload, job.actor, job.attempts)
    try:
        with _Heartbeat(job_id, token):
            handler.run(running)
        if not running.completed:  # a handler that had nothing to write at the end
            with running.completing():
                pass
    except JobLost:
        logger.info("Job %s: attempt %s is over", job_id, job.attempts)
    except (Unavailable, OperationalError, InterfaceError) as error:
        _retry(job_id, token, job.attempts, str(error) if isinstance(error, DomainError) else "The database is away.")
    except DomainError as error:
        _fail(job_id, token, str(error))
    except Exception:
        logger.exception("Job %s failed", job_id)
        _fail(job_id, token, f"An unexpected error stopped the job. The log has the details under {job_id}.")
    return True


class _Heartbeat:
    """Keeps an attempt known as alive from a thread of its own, also while the handler computes for long."""

    def __init__(self, job_id: uuid.UUID, token: uuid.UUID) -> None:
        self._job_id, self._token = job_id, token
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{job_id}", daemon=True)

    def _beat(self) -> None:
        while not self._stop.wait(HEARTBEAT_S):
            try:
                apps.get_model("jobs", "Job").objects.filter(
                    pk=self._job_id, token=self._token, state="running"
                ).update(heartbeat_at=timezone.now())
            except (OperationalError, InterfaceError):
                logger.warning("Job %s: no heartbeat, the database is away", self._job_id)
            finally:
                connection.close()

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join()


def _retry(job_id: uuid.UUID, token: uuid.UUID, tried: int, message: str, result: str = "retried") -> None:
    """Put the job back for later; after the last attempt it has failed."""
    if tried >= MAX_ATTEMPTS:
        _fail(job_id, token, message)
        return
    if not connection.in_atomic_block:
        close_old_connections()  # what failed may have been this process's connection
    wait = min(LONGEST_PAUSE, timedelta(seconds=2**tried))
    with transaction.atomic():
        put_back = (
            apps.get_model("jobs", "Job")
            .objects.filter(pk=job_id, token=token, state="running")
            .update(state="queued", not_before=timezone.now() + wait, message=message[:500])
        )
        if put_back:
            attempts.end(token, result, message)


def _fail(job_id: uuid.UUID, token: uuid.UUID, message: str) -> None:
    with transaction.atomic():
        job = (
            apps.get_model("jobs", "Job")
            .objects.select_for_update()
            .filter(pk=job_id, token=token, state="running")
            .first()
        )
        if job is None:
            return
        job.state, job.finished_at, job.message = "failed", timezone.now(), message[:500]
        job.save(update_fields=["state", "finished_at", "message"])
        attempts.end(token, "failed", message)
        handler = find_handler(job.kind)
        if handler is not None and handler.on_failure is not None:
            handler.on_failure(job, message)
        record(JOB_FAILED, job, actor=job.actor, outcome="failure", kind=job.kind)


def _bring_back(now: datetime) -> int:
    """Begin now what waits for a time further ahead than any pause: the clock was set back. Returns how many."""
    jobs = apps.get_model("jobs", "Job").objects
    ahead = jobs.filter(state="queued", not_before__gt=now + 2 * LONGEST_PAUSE)
    found = list(ahead.order_by("not_before").values_list("pk", flat=True)[:500])
    jobs.filter(pk__in=found, state="queued").update(not_before=now)
    for job_id in found:
        ring(job_id)
    return len(found)


def reconcile() -> int:
    """Ring for queued jobs whose doorbell was lost and give up attempts whose worker is dead; returns how many."""
    jobs = apps.get_model("jobs", "Job").objects
    now = timezone.now()
    touched = _bring_back(now)
    silent = Q(heartbeat_at__lt=now - STALE_AFTER) | Q(heartbeat_at__gt=now + STALE_AFTER)  # the clock was set back
    for job in jobs.filter(silent, state="running")[:500]:
        _retry(job.pk, job.token, job.attempts, "The worker stopped; the job starts again.", "lost")
        touched += 1
    due = jobs.filter(state="queued", not_before__lte=now).exclude(created_at__gt=now - RING_AGAIN_AFTER, attempts=0)
    for job_id in due.order_by("not_before").values_list("pk", flat=True)[:500]:
        ring(job_id)
        touched += 1
    return touched
