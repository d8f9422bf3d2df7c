"""Celery entry points."""

from celery import shared_task

from modelops.jobs.schedule import scheduled

from .answers import remove_outdated


@scheduled("Remove stored answers", every_s=3600)
@shared_task(name="rest.remove_stored_answers")
def remove_stored_answers() -> None:
    """Remove answers that were kept for a day."""
    remove_outdated()
