"""Celery's doorways to alerting; beat calls both every ten seconds."""

from celery import shared_task

from modelops.jobs.schedule import scheduled

from . import services, sources


@scheduled("Deliver alerts", every_s=10)
@shared_task(name="monitoring.deliver_due")
def deliver_due() -> int:
    """Send what is due; safe to run at any time and twice at once."""
    return services.deliver_due()


@scheduled("Open alerts", every_s=10)
@shared_task(name="monitoring.open_alerts")
def open_alerts() -> int:
    """Open alerts for finished runs that have none."""
    return sources.open_alerts()
