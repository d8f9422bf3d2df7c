"""Limits as they are delivered, and a Valkey without counts."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from modelops.throttling import charging, store
from modelops.throttling.limits import NETWORK_DEFAULT, NETWORK_SETTING, SCOPES, Limit


@pytest.fixture(autouse=True)
def _fresh(settings: Any) -> Iterator[None]:
    settings.MODELOPS_THROTTLE = {scope.setting: scope.default for scope in SCOPES} | {NETWORK_SETTING: NETWORK_DEFAULT}
    forget()
    yield
    forget()


@pytest.fixture
def limit(settings: Any) -> Any:
    """Set one limit: ``limit("MODELOPS_THROTTLE_EXPORT", 60, 2)``."""

    def set_one(name: str, per_minute: int, burst: int) -> None:
        settings.MODELOPS_THROTTLE = settings.MODELOPS_THROTTLE | {name: Limit(per_minute, burst)}

    return set_one


@pytest.fixture
def without_valkey(settings: Any) -> Iterator[None]:
    """Nobody listens where Valkey should be."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    charging._alarm["next"] = 0.0
    yield
    store._connection.cache_clear()


def valkey() -> Any:
    return redis.Redis.from_url(os.environ["REDIS_URL"])


def forget() -> None:
    """Delete all counts of this process's database."""
    with valkey() as client:
        for key in client.scan_iter("modelops:throttle*"):
            client.delete(key)
