"""Celery's doorways to the key room."""

from celery import shared_task

from modelops.jobs import RunningJob, handler
from modelops.jobs.schedule import scheduled

from . import approvals, moving, rotations


@handler(rotations.JOB, "Key rotation")
def rotate(job: RunningJob) -> None:
    """Move what is under older keys."""
    moving.run(job)


@scheduled("Tend rotations of keys", every_s=60)
@shared_task(name="keys.tend")
def tend() -> int:
    """Bring back rotations whose job is gone, and close requests that nobody approved."""
    return rotations.tend() + approvals.expire()


@scheduled("Destroy keys whose grace period is over", every_s=3600)
@shared_task(name="keys.destroy_due")
def destroy_due() -> int:
    """Destroy what was approved, if nothing needs it."""
    return approvals.destroy_due()
