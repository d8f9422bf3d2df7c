"""What the schedule does for predictions."""

from celery import shared_task

from compliance.audit import Actor
from compliance.retention.services import apply_class
from modelops.jobs.schedule import scheduled

from . import computing, falling, months


@scheduled("Months of predictions", every_s=6 * 3600, vital=True)
@shared_task(name="predictions.make_months")
def make_months() -> list[str]:
    """Make the months to come, long before a row needs them."""
    return months.make_months()


@scheduled("Figures of predictions", every_s=5)
@shared_task(name="predictions.compute")
def compute() -> int:
    """Compute the hours to which a row or a label was added."""
    return computing.compute_stale()


@scheduled("Errors of predictions", every_s=300)
@shared_task(name="predictions.watch_errors")
def watch_errors() -> int:
    """Look for versions that err more often than they did."""
    return falling.watch_errors()


@scheduled("Retention of predictions", every_s=24 * 3600)
@shared_task(name="predictions.apply_retention")
def apply_retention() -> int:
    """Remove predictions and labels whose time is over."""
    return apply_class("predictions.rows", actor=Actor.system("retention"), execute=True).removed
