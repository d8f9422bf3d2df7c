"""A random sample that anybody can draw again: the smallest digests of the seed and each key."""

import hashlib
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def place(seed: str, key: str) -> str:
    """Where a key stands in the order of the seed: SHA-256 of both, in hexadecimal digits."""
    return hashlib.sha256(f"{seed}{key}".encode()).hexdigest()


def sample(seed: str, keyed: Iterable[tuple[str, T]], size: int) -> list[T]:
    """At most ``size`` of the items, in the order of the seed; the order they come in does not matter."""
    return [item for _, item in sorted(keyed, key=lambda pair: (place(seed, pair[0]), pair[0]))[:size]]
