"""Is the broker there?"""

from functools import lru_cache

import redis
from django.conf import settings
from redis.exceptions import RedisError

from modelops.lib.errors import Unavailable


@lru_cache(maxsize=1)
def broker_client(url: str) -> "redis.Redis":
    """The client of this process; its connections are kept."""
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)


def require_broker() -> None:
    """Raise Unavailable (code ``broker.unavailable``) unless Valkey answers."""
    try:
        broker_client(settings.REDIS_URL).ping()
    except (RedisError, OSError):
        raise Unavailable(
            "The queue for background work is not reachable, so the work was not accepted. Try again in a minute.",
            code="broker.unavailable",
        ) from None
