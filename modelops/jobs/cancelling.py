"""Ending a job before it is done, by whoever asked for it."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, NotAllowed

from . import attempts
from .audit_events import JOB_CANCELLED
from .handlers import find_handler
from .models import FINISHED, Job, JobState

MESSAGE = "Cancelled."


def may_cancel(user: Any, job: Job) -> bool:
    """Whether ``job`` can still be cancelled, and by ``user``: who asked for it, or who may change all jobs."""
    handler = find_handler(job.kind)
    return (
        job.state not in FINISHED
        and handler is not None
        and handler.is_cancellable
        and (job.actor_ref == str(user.pk) or user.has_perm("jobs.change_job"))
    )


@transaction.atomic
def cancel(job: Job, *, user: Any, actor: Actor) -> Job:
    """End the job. A worker that is at it stops at its next sign of progress and leaves nothing behind.

    Raises NotAllowed for somebody else's job, Conflict for one that is over or whose kind goes on to its end.
    """
    locked: Job = Job.objects.select_for_update().get(pk=job.pk)
    if locked.state in FINISHED:
        raise Conflict(f"The job is over: {locked.get_state_display().lower()}.", code="job.finished")
    handler = find_handler(locked.kind)
    if handler is None or not handler.is_cancellable:
        raise Conflict(f"A job of the kind {locked.kind} goes on to its end.", code="job.not_cancellable")
    if not may_cancel(user, locked):
        raise NotAllowed("Only who asked for the job cancels it.", code="job.not_yours")
    token = locked.token
    locked.state, locked.finished_at, locked.message = JobState.CANCELLED, timezone.now(), MESSAGE
    locked.save(update_fields=["state", "finished_at", "message"])
    attempts.end(token, "cancelled", MESSAGE)
    if handler.on_failure is not None:
        handler.on_failure(locked, MESSAGE)
    record(JOB_CANCELLED, locked, actor=actor, kind=locked.kind)
    return locked
