"""Celery's doorways to the jobs."""

import uuid

from celery import shared_task

from . import schedule, services
from .beat import send_off
from .refusals import note_refusal
from .schedule import scheduled


@shared_task(name="jobs.run")
def run_job(job_id: str) -> bool:
    """Do one job, if it is still to be done."""
    return services.run(uuid.UUID(job_id))


@scheduled("Reconcile jobs", every_s=10, vital=True)
@shared_task(name="jobs.reconcile")
def reconcile_jobs() -> int:
    """Bring back what a dead worker or a lost message left behind."""
    return services.reconcile()


@shared_task(name="jobs.watch_schedule")
def watch_schedule() -> int:
    """While the scheduler is away, send off what must not stop: jobs are brought back and alerts opened and sent."""
    late = schedule.claim_due(as_watch=True)
    send_off(late)
    return len(late)


@shared_task(name="jobs.note_refused_message")
def note_refused_message(reason: str, task: str) -> None:
    """Write the row of a message that the consumer refused."""
    note_refusal(reason, task)
