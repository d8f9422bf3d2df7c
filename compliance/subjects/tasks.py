"""Doorways for the workers."""

from celery import shared_task

from compliance.audit import Actor
from modelops import jobs
from modelops.jobs.schedule import scheduled

from . import collecting, services
from .erasure import approving, outside, running


@jobs.handler(services.COLLECT, "Collecting personal data", on_failure=collecting.fall_back)
def collect(job: jobs.RunningJob) -> None:
    """Make the bundle of one request."""
    collecting.run(job)


@jobs.handler(approving.ERASE, "Erasing personal data", on_failure=running.fall_back)
def erase(job: jobs.RunningJob) -> None:
    """Erase what a plan says, part by part."""
    running.run(job)


@scheduled("Forget erasures that no backup is older than", every_s=86400)
@shared_task(name="subjects.forget_old_erasures")
def forget_old_erasures() -> int:
    """Remove entries of the ledger outside the database that no restore needs."""
    return outside.forget_old()


@scheduled("Remove expired bundles", every_s=3600)
@shared_task(name="subjects.remove_expired_bundles")
def remove_expired_bundles() -> int:
    """Drop the bytes of bundles whose time is over."""
    return services.remove_expired_bundles(actor=Actor.system("scheduler"))
