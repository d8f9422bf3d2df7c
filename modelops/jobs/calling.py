"""Calling a worker to look at what waits in a table."""

import logging

from celery import current_app
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def call_worker(task: str, *, after_s: int | None = None) -> None:
    """Have a worker do ``task`` now, or then. When the broker is away the next look by the clock finds what waits."""
    try:
        current_app.send_task(task, retry=False, countdown=after_s)
    except (KombuError, RedisError, OSError) as error:
        logger.warning("No worker was called for %s: %s", task, type(error).__name__)
