"""Celery entry points of accounts."""

from celery import shared_task

from modelops.jobs.schedule import scheduled

from . import notices, throttle
from .services import prune_sessions
from .services.api_key_ends import tell_of_ends


@scheduled("Sweep sessions", every_s=3600)
@shared_task(name="accounts.sweep_sessions")
def sweep_sessions() -> int:
    """Delete sessions, refresh tokens and failure counts that can never matter again."""
    return prune_sessions() + throttle.prune()


@scheduled("Send notices", every_s=60)
@shared_task(name="accounts.send_notices")
def send_notices() -> int:
    """Mail what is to be told to people about their accounts."""
    return notices.send_due()


@scheduled("Tell of API keys that end soon", every_s=6 * 3600)
@shared_task(name="accounts.tell_of_ending_keys")
def tell_of_ending_keys() -> int:
    """Tell owners, once a key, that it ends within a week."""
    return tell_of_ends()
