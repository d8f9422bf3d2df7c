"""Drift monitors by the clock."""

from celery import shared_task

from modelops.jobs.schedule import scheduled

from . import services


@scheduled("Start the drift monitors that are due", every_s=60)
@shared_task(name="monitors.run_due")
def run_due() -> int:
    """Start what is due; returns how many runs began."""
    return services.run_due()
