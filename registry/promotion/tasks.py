"""Celery's doorway to promotions."""

from celery import shared_task

from modelops.jobs.schedule import scheduled

from . import closing, outdating


@scheduled("Close promotions that nobody decided in time", every_s=60)
@shared_task(name="promotion.expire")
def expire() -> int:
    """Close them and tell who asked."""
    return closing.expire_due()


@scheduled("Close promotions of which something changed since they were asked for", every_s=300)
@shared_task(name="promotion.outdate")
def outdate() -> int:
    """Close them and tell who asked."""
    return outdating.close_outdated()
