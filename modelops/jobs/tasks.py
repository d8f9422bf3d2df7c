"""Celery's doorways to the jobs."""

import uuid

from celery import shared_task

from modelops.jobs.schedule import scheduled

from . import services


@shared_task(name="jobs.run")
def run_job(job_id: str) -> bool:
    """Do one job, if it is still to be done."""
    return services.run(uuid.UUID(job_id))


@scheduled("Reconcile jobs", every_s=10)
@shared_task(name="jobs.reconcile")
def reconcile_jobs() -> int:
    """Bring back what a dead worker or a lost message left behind."""
    return services.reconcile()
