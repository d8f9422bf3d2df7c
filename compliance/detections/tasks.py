"""Doorways for the workers."""

from celery import shared_task

from modelops.jobs.schedule import scheduled

from . import services


@scheduled("Look for what is wrong in the ledger", every_s=60)
@shared_task(name="detections.look")
def look() -> int:
    """Every detector over its window."""
    return services.look()
