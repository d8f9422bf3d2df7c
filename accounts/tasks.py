"""Celery entry points of accounts."""

from celery import shared_task

from . import throttle
from .services import prune_sessions


@shared_task(name="accounts.sweep_sessions")
def sweep_sessions() -> int:
    """Delete sessions, refresh tokens and failure counts that can never matter again."""
    return prune_sessions() + throttle.prune()
