"""An hour of predictions in sums: what `Window.figures` holds. All add up, so that any window is a sum of hours."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from . import latency


@dataclass
class Figures:
    """Sums over predictions. ``labelled`` are those whose truth is known; of these, ``matched`` equal it as labels.

    ``calibration`` has for each tenth of the probability what the estimate is made of: labelled rows, how many of them
    matched, rows that wait for their label, and the sum of their probabilities. ``groups`` has by feature and group:
    rows, favourable answers, and among the labelled those truly favourable, of them found, those truly not, of them
    wrongly found.
    """

    predictions: int = 0
    errors: int = 0
    answered: int = 0
    numeric: int = 0
    number_sum: float = 0.0
    labelled: int = 0
    matched: int = 0
    paired: int = 0
    absolute_sum: float = 0.0
    square_sum: float = 0.0
    delay_s: float = 0.0
    latency_counts: list[int] = field(default_factory=list)
    latency_sum_ms: float = 0.0
    calibration: list[list[float]] = field(default_factory=lambda: [[0, 0, 0, 0.0] for _ in range(10)])
    groups: dict[str, dict[str, list[int]]] = field(default_factory=dict)

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        """What was stored; what an older release did not know is nothing."""
        names = {each.name for each in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in names})

    def as_json(self) -> dict[str, Any]:
        """For the column."""
        return asdict(self)

    def __add__(self, other: Self) -> Self:
        """The sums of both."""
        both: dict[str, Any] = {}
        for name in (each.name for each in fields(self)):
            one, two = getattr(self, name), getattr(other, name)
            both[name] = one + two if isinstance(one, int | float) else None
        both["latency_counts"] = latency.added(self.latency_counts, other.latency_counts)
        both["calibration"] = [_sum(one, two) for one, two in zip(self.calibration, other.calibration, strict=True)]
        features = self.groups.keys() | other.groups.keys()
        both["groups"] = {name: _merged(self.groups.get(name, {}), other.groups.get(name, {})) for name in features}
        return type(self)(**both)


def total(windows: Iterable[Figures]) -> Figures:
    """The sum of all; zeros for none."""
    return sum(windows, start=Figures())


def wilson(successes: float, count: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % interval of a share. Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927), p. 209.

    >>> [round(bound, 3) for bound in wilson(80, 100)]
    [0.711, 0.867]
    """
    if not count:
        return 0.0, 1.0
    share, square = successes / count, z * z / count
    middle = (share + square / 2) / (1 + square)
    half = z / (1 + square) * math.sqrt(share * (1 - share) / count + square / (4 * count))
    return max(0.0, middle - half), min(1.0, middle + half)


def _sum(one: list[Any], two: list[Any]) -> list[Any]:
    return [first + second for first, second in zip(one, two, strict=True)]


def _merged(one: Mapping[str, list[int]], two: Mapping[str, list[int]]) -> dict[str, list[int]]:
    return {
        name: _sum(one[name], two[name]) if name in one and name in two else list(one.get(name) or two[name])
        for name in sorted(one.keys() | two.keys())
    }
