"""Is the broker there?"""

import time
from functools import lru_cache
from typing import Final

import redis
from django.conf import settings
from redis.exceptions import RedisError

from modelops.lib.errors import Unavailable


@lru_cache(maxsize=1)
def broker_client(url: str) -> "redis.Redis":
    """The client of this process; its connections are kept."""
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)


# When the Valkey behind a URL last gave this process an answer, whatever it was asked.
_answered: Final[dict[str, float]] = {}


def note_answer(url: str) -> None:
    """The Valkey behind ``url`` has answered just now."""
    _answered[url] = time.monotonic()


def require_broker(*, within_s: float = 0.0) -> None:
    """Raise Unavailable (code ``broker.unavailable``) unless Valkey answers, or did within the last ``within_s``."""
    if within_s and time.monotonic() - _answered.get(settings.REDIS_URL, -within_s) < within_s:
        return
    try:
        broker_client(settings.REDIS_URL).ping()
    except (RedisError, OSError):
        raise Unavailable(
            "The queue for background work is not reachable, so the work was not accepted. Try again in a minute.",
            code="broker.unavailable",
        ) from None
