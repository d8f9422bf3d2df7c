"""Celery entry points."""

from celery import shared_task

from modelops.jobs.schedule import scheduled

from .paces import forget_idle


@scheduled("Remove old counts of sign-ins", every_s=3600)
@shared_task(name="throttling.forget_idle")
def forget_idle_paces() -> int:
    """Remove counts that were kept in PostgreSQL while Valkey was away."""
    return forget_idle()
