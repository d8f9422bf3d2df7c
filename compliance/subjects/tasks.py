"""Doorways for the workers."""

from celery import shared_task

from compliance.audit import Actor
from modelops import jobs
from modelops.jobs.schedule import scheduled

from . import collecting, services


@jobs.handler(services.COLLECT, on_failure=collecting.fall_back)
def collect(job: jobs.RunningJob) -> None:
    """Make the bundle of one request."""
    collecting.run(job)


@scheduled("Remove expired bundles", every_s=3600)
@shared_task(name="subjects.remove_expired_bundles")
def remove_expired_bundles() -> int:
    """Drop the bytes of bundles whose time is over."""
    return services.remove_expired_bundles(actor=Actor.system("scheduler"))
