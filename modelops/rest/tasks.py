"""Celery entry points."""

from celery import shared_task

from modelops.jobs.schedule import scheduled

from .answers import remove_outdated
from .limited import record_limited


@scheduled("Remove stored answers", every_s=3600)
@shared_task(name="rest.remove_stored_answers")
def remove_stored_answers() -> None:
    """Remove answers that were kept for a day."""
    remove_outdated()


@scheduled("Record requests over the limit", every_s=60)
@shared_task(name="rest.record_limited")
def record_limited_requests() -> int:
    """Write how many requests were refused as too many in each minute that is over."""
    return record_limited()
