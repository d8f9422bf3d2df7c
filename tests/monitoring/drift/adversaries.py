"""Samples that a comparison of distributions may stumble over."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Random = np.random.Generator
Sample = Callable[[Random, int], NDArray]


def _whole(low: int, high: int) -> Sample:
    return lambda random, size: random.integers(low, high, size, endpoint=True)


def _with_infinities(random: Random, size: int) -> NDArray:
    values = random.normal(size=size)
    values[random.random(size) < 0.2] = random.choice([np.inf, -np.inf, np.nan])
    values[:2] = 0.5, -0.5
    return values


KINDS: dict[str, Sample] = {
    "normal": lambda random, size: random.normal(random.normal() * 0.2, 1, size),
    "tenths": lambda random, size: np.round(random.normal(size=size), 1),
    "few values": _whole(-3, 3),
    "constant": lambda random, size: np.full(size, random.choice([0.0, -0.0, 1.0, 5e-324])),
    "one spike": lambda random, size: np.where(random.random(size) < 0.7, 0.0, random.normal(size=size)),
    "huge whole": lambda random, size: 2**53 + random.integers(-3, 4, size),
    "whole to the ends": _whole(-(2**63), 2**63 - 1),
    "unsigned": lambda random, size: random.integers(2**63 - 5, 2**63 + 5, size, dtype=np.uint64),
    "subnormal": lambda random, size: random.integers(0, 9, size) * 5e-324,
    "the widest": lambda random, size: random.choice([-1.7e308, 1.7e308, 0.0, 1e-300], size),
    "heavy tails": lambda random, size: random.standard_cauchy(size) ** 3,
    "infinities": _with_infinities,
    "signed zeros": lambda random, size: random.choice([0.0, -0.0, 1e-320], size),
    "small floats": lambda random, size: random.normal(size=size).astype(np.float32),
    "bytes": lambda random, size: random.integers(0, 256, size, dtype=np.uint8),
    "neighbours": lambda random, size: 1.0 + random.integers(0, 6, size) * 2.0**-52,
}


def pair(random: Random, largest: int) -> tuple[NDArray, NDArray]:
    """Two samples of one kind or of two kinds, at times with values in common."""
    names = sorted(KINDS)
    first = KINDS[names[random.integers(len(names))]]
    second = first if random.random() < 0.7 else KINDS[names[random.integers(len(names))]]
    one = first(random, int(random.integers(2, largest)))
    other = second(random, int(random.integers(2, largest)))
    if second is first and random.random() < 0.2:
        other = np.concatenate([other, one[: random.integers(1, len(one))]])
    return one, other
