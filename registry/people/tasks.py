"""Doorways for the workers."""

from celery import shared_task

from compliance.audit import Actor
from compliance.registers.people import fill_digests
from modelops import jobs
from modelops.jobs.schedule import scheduled

from . import indexing


@jobs.handler(indexing.INDEX, "Index of people in a dataset", on_failure=indexing.fall_back)
def index(job: jobs.RunningJob) -> None:
    """Index the people in one dataset version."""
    indexing.run(job)


@scheduled("Index people in datasets again", every_s=900)
@shared_task(name="people.retry_failed")
def retry_failed() -> int:
    """Ask once more for indexes that could not be made."""
    return indexing.retry_failed(actor=Actor.system("scheduler"))


@scheduled("Compare older consents with people in datasets", every_s=900)
@shared_task(name="people.fill_digests")
def fill() -> int:
    """Give consents the number under which datasets know the person, where they have none."""
    return fill_digests()
