"""Celery's doorways to alerting; run by the clock, and by workers alone when the scheduler is away."""

from celery import shared_task

from modelops.jobs.schedule import scheduled

from . import services, sources
from .denials import watch_denials
from .posture import watch_controls
from .rules.looking import look_at_rules


@scheduled("Deliver alerts", every_s=10, vital=True)
@shared_task(name="monitoring.deliver_due")
def deliver_due() -> int:
    """Send what is due; safe to run at any time and twice at once."""
    return services.deliver_due()


@scheduled("Follow up alerts", every_s=30)
@shared_task(name="monitoring.follow_up_alerts")
def follow_up() -> int:
    """Wake, escalate, remind; tell what was held."""
    return services.follow_up()


@scheduled("Open alerts", every_s=10, vital=True)
@shared_task(name="monitoring.open_alerts")
def open_alerts() -> int:
    """Open alerts for finished runs that have none."""
    return sources.open_alerts()


@scheduled("Look at alert rules", every_s=30)
@shared_task(name="monitoring.look_at_rules")
def look_at_rules_by_the_clock() -> int:
    """Read what is new of every series that a rule watches."""
    return look_at_rules()


@scheduled("Watch controls", every_s=30, vital=True)
@shared_task(name="monitoring.watch_controls")
def watch() -> int:
    """Open an alert for each control that does not hold, and end those that hold again."""
    return watch_controls()


@scheduled("Watch refusals", every_s=30)
@shared_task(name="monitoring.watch_denials")
def watch_refusals() -> int:
    """Open an alert for each actor that is refused again and again."""
    return watch_denials()
