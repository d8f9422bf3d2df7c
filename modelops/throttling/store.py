"""The counts: one small key for each caller and class in Valkey, which forgets it by itself within a minute or so."""

import hashlib
import json
import logging
import threading
import time
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import redis
from django.conf import settings
from redis.exceptions import RedisError

from modelops.jobs.broker import note_answer
from modelops.lib.valkey_line import ScriptLine, packed

from .limits import PERIOD_S, Limit

logger = logging.getLogger(__name__)

_SCRIPT: Final = Path(__file__).with_name("rate.lua").read_text(encoding="ascii")
_PREFIX: Final = "modelops:throttle:"
# What the processes work with, by the time of their last word.
_LIVE: Final = "modelops:throttle-limits"
_TOLD_EVERY_S: Final = 300
# After a failure nobody waits for Valkey again for so long.
_REST_S: Final = 1.0


class StoreUnavailable(Exception):
    """Nobody can count now."""


class Standing(NamedTuple):
    """What a caller has left in a class. Times are seconds."""

    limit: Limit
    allowed: bool
    wait_s: float
    left: int
    minute_ends_s: float
    left_at_once: int
    burst_whole_s: float


class _Connection:
    """The client of this process, and whether it is worth asking."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.client: Any = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._line = ScriptLine(self.client, _SCRIPT, arguments=3)
        self._lock = threading.Lock()
        self._rests_until = 0.0
        self._tells_at = 0.0

    def run(self, key: str, limit: Limit) -> tuple[int, ...]:
        """What the script answers. That it does is noted for who asks for a job: it is the same Valkey."""
        if time.monotonic() < self._rests_until:
            raise StoreUnavailable
        try:
            found = self._line.run(packed(key.encode("ascii")) + _arguments(limit))
            if time.monotonic() >= self._tells_at:
                self._tell()
        except (RedisError, OSError) as error:
            self._rests_until = time.monotonic() + _REST_S
            raise StoreUnavailable(type(error).__name__) from None
        note_answer(self._url)
        return tuple(map(int, found.split(b":")))

    def _tell(self) -> None:
        """Let the posture see what this process works with."""
        with self._lock:
            self._tells_at = time.monotonic() + _TOLD_EVERY_S
        now = time.time()
        with self.client.pipeline(transaction=False) as pipe:
            pipe.zadd(_LIVE, {declared(): now})
            pipe.zremrangebyscore(_LIVE, "-inf", now - 3 * _TOLD_EVERY_S)
            pipe.expire(_LIVE, 3 * _TOLD_EVERY_S)
            pipe.execute()


@lru_cache(maxsize=64)
def _arguments(limit: Limit) -> bytes:
    return packed(*(b"%d" % number for number in (limit.per_minute, limit.burst, PERIOD_S * 1_000_000)))


@lru_cache(maxsize=2)
def _connection(url: str) -> _Connection:
    return _Connection(url)


def take(scope: str, caller: str, limit: Limit) -> Standing:
    """Count one request of ``caller`` in the class ``scope``, unless it is one too many. Raises StoreUnavailable."""
    allowed, wait, left, ends, at_once, whole = _connection(settings.REDIS_URL).run(key_of(scope, caller), limit)
    return Standing(limit, bool(allowed), wait / 1e6, left, ends / 1e6, at_once, whole / 1e6)


def key_of(scope: str, caller: str) -> str:
    """Where the count of a caller stands: who it is cannot be read from it.

    The key of the digest is the portal's secret and no key of the ring: callers are counted while that is sealed, too.
    """
    digest = hashlib.blake2b(f"{scope}\n{caller}".encode(), digest_size=16, key=secret_of(settings.SECRET_KEY))
    return _PREFIX + digest.hexdigest()


@lru_cache(maxsize=2)
def secret_of(text: str) -> bytes:
    """The key of the digests of callers."""
    return hashlib.blake2b(text.encode(), digest_size=32, person=b"throttling").digest()


def declared() -> str:
    """The limits of this process, as one text."""
    return json.dumps({name: str(limit) for name, limit in settings.MODELOPS_THROTTLE.items()}, sort_keys=True)


def live() -> list[dict[str, str]]:
    """The limits that processes of the portal worked with in the last minutes. Raises StoreUnavailable."""
    try:
        told = _connection(settings.REDIS_URL).client.zrange(_LIVE, 0, 20)
    except (RedisError, OSError) as error:
        raise StoreUnavailable(type(error).__name__) from None
    return [json.loads(text) for text in told]
