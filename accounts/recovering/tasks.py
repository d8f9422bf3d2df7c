"""Celery entry points of recovery."""

from celery import shared_task

from modelops.jobs.schedule import scheduled

from .services import factor_resets, links


@scheduled("Send links of accounts", every_s=60)
@shared_task(name="recovering.send_links")
def send_links() -> int:
    """Mail the links that people asked for."""
    return links.send_due()


@scheduled("Remove lost second factors", every_s=300)
@shared_task(name="recovering.reset_factors")
def reset_factors() -> int:
    """Remove second factors whose wait is over and that nobody kept."""
    return factor_resets.do_due()
