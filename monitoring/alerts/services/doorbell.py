"""Tells the workers that something waits to be delivered. A lost ring costs ten seconds: beat looks by itself."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def ring_after_commit() -> None:
    """Start the dispatcher as soon as the present transaction is committed."""
    transaction.on_commit(_ring, robust=True)


def _ring() -> None:
    try:
        current_app.send_task("monitoring.deliver_due", retry=False)
    except (KombuError, RedisError, OSError) as error:
        logger.warning("The dispatcher was not called: %s", type(error).__name__)
