"""Celery entry points."""

from celery import shared_task

from modelops.jobs.schedule import scheduled

from .expiry import remove_expired


@scheduled("Remove expired uploads", every_s=600)
@shared_task(name="uploads.remove_expired")
def remove_expired_uploads() -> None:
    """Remove uploads that nobody went on with for a day."""
    remove_expired()
