"""Celery entry points of accounts."""

from celery import shared_task

from modelops.jobs.schedule import scheduled

from . import throttle
from .services import prune_sessions


@scheduled("Sweep sessions", every_s=3600)
@shared_task(name="accounts.sweep_sessions")
def sweep_sessions() -> int:
    """Delete sessions, refresh tokens and failure counts that can never matter again."""
    return prune_sessions() + throttle.prune()
