"""A column in a few numbers: how its values are distributed, to be kept, drawn and compared with a later version.

Numbers are described by a sample of rows, one from each of equally long stretches of the table, so that the same table
has the same sketch however it was cut and on any number of threads. Categories are counted in all rows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from modelops.lib.stability import by_chance, stability_index

if TYPE_CHECKING:
    from .facts import ColumnProfile

SAMPLE = 4096  # rows
POINTS = 101  # places of the distribution function that are kept
BINS = 24  # of the picture
GROUPS = 10  # equally frequent ones, in which the index counts
CATEGORIES = 50  # the most frequent ones; all others are one
LEAST = 20  # values, below which a sample says too little
_SEED = 2013
_EDGE = 0.005  # of the values at either end may lie outside of the picture


def sampled_rows(rows: int) -> NDArray[np.int64]:
    """Which rows of a table of so many are looked at, in order; all of a small one."""
    if rows <= SAMPLE:
        return np.arange(rows)
    borders = np.linspace(0, rows, SAMPLE + 1).astype(np.int64)
    offsets = np.random.default_rng(_SEED).random(SAMPLE)
    return borders[:-1] + (offsets * np.diff(borders)).astype(np.int64)


@dataclass(frozen=True)
class Sketch:
    """Of numbers: ``upto`` of ``count`` values lie at or below each of ``values``, and ``bins`` are drawn from ``low``
    to ``high``. Of categories: how many rows have each, and all others together.
    """

    count: int
    values: tuple[float, ...] = ()
    upto: tuple[int, ...] = ()
    low: float = 0.0
    high: float = 0.0
    bins: tuple[int, ...] = ()
    categories: tuple[tuple[str, int], ...] = ()
    others: int = 0

    def as_dict(self) -> dict[str, Any]:
        """As JSON; `read_sketch` takes it."""
        if self.categories:
            return {"count": self.count, "categories": [list(each) for each in self.categories], "others": self.others}
        return {
            "count": self.count,
            "values": list(self.values),
            "upto": list(self.upto),
            "low": self.low,
            "high": self.high,
            "bins": list(self.bins),
        }


def read_sketch(told: Mapping[str, Any]) -> Sketch:
    """What `Sketch.as_dict` gave."""
    categories = tuple((str(name), int(count)) for name, count in told.get("categories", ()))
    numbers = {name: tuple(told.get(name, ())) for name in ("values", "upto", "bins")}
    ends = {name: float(told.get(name, 0.0)) for name in ("low", "high")}
    return Sketch(int(told["count"]), **numbers, **ends, categories=categories, others=int(told.get("others", 0)))


def sketch_of(profile: ColumnProfile) -> Sketch | None:
    """The sketch of a number, yes-or-no or category column; None for others and for too few values."""
    if profile.kind == "text" and profile.text is not None and profile.text.distinct is not None:
        return _of_categories(profile.text.distinct.to_pylist(), profile.text.counts.tolist())
    if profile.sample is None or len(profile.sample) < LEAST:
        return None
    if profile.kind == "boolean":
        yes = int(np.count_nonzero(profile.sample))
        return _of_categories(["no", "yes"], [len(profile.sample) - yes, yes])
    return _of_numbers(profile.sample) if profile.kind == "number" else None


def _of_numbers(ordered: NDArray[np.float64]) -> Sketch:
    count = len(ordered)
    values = np.unique(ordered[np.linspace(0, count - 1, POINTS).astype(np.int64)])
    upto = np.searchsorted(ordered, values, side="right")
    low, high = float(ordered[int(_EDGE * count)]), float(ordered[count - 1 - int(_EDGE * count)])
    inside = ordered[(ordered >= low) & (ordered <= high)]
    can_be_drawn = low < high and math.isfinite(high - low)
    places = BINS
    if can_be_drawn and bool(np.all(inside == np.round(inside))):
        # Whole numbers: as many of them in each bin, or the picture is a comb.
        width = math.ceil((high - low + 1) / BINS)
        places = math.ceil((high - low + 1) / width)
        low, high = low - 0.5, low - 0.5 + places * width
    bins = np.histogram(inside, places, (low, high))[0].tolist() if can_be_drawn else []
    return Sketch(count, tuple(values.tolist()), tuple(upto.tolist()), low, high, tuple(bins))


def _of_categories(names: list[Any], counts: list[int]) -> Sketch | None:
    told = [(str(name), int(count)) for name, count in zip(names, counts, strict=True) if count and str(name).strip()]
    total = sum(count for _, count in told)
    if total < LEAST:
        return None
    told.sort(key=lambda each: (-each[1], each[0]))
    return Sketch(total, categories=tuple(told[:CATEGORIES]), others=sum(count for _, count in told[CATEGORIES:]))


@dataclass(frozen=True)
class Shift:
    """How far a column has moved: the index, what chance alone would give, and the largest gap of numbers."""

    index: float
    chance: float
    gap: float | None = None


def shift_between(reference: Sketch, profile: ColumnProfile, probability: float) -> Shift | None:
    """How far ``profile`` has moved from ``reference``; None where the two cannot be compared.

    ``probability`` is how seldom chance alone may exceed what :attr:`Shift.chance` says.
    """
    now = sketch_of(profile)
    sample = profile.sample
    if now is None or bool(now.categories) != bool(reference.categories):
        return None
    if now.categories:
        names = [name for name, _ in reference.categories]
        counts = dict(now.categories)
        before = [*(count for _, count in reference.categories), reference.others]
        after = [counts.get(name, 0) for name in names]
        after.append(now.count - sum(after))
        gap = None
    elif sample is not None:
        before, after = _in_groups(reference, sample)
        below = np.searchsorted(sample, reference.values, side="right") / now.count
        gap = float(np.abs(np.asarray(reference.upto) / reference.count - below).max())
    else:
        return None
    groups = sum(1 for pair in zip(before, after, strict=True) if any(pair))
    chance = by_chance(groups, reference.count, now.count, probability)
    return Shift(stability_index(before, after), chance, gap)


def _in_groups(reference: Sketch, ordered: NDArray[np.float64]) -> tuple[list[int], list[int]]:
    """Both samples counted in groups that are equally frequent in the reference, as far as its values allow."""
    upto, values = np.asarray(reference.upto), np.asarray(reference.values)
    wanted = reference.count * np.arange(1, GROUPS) / GROUPS
    edges = np.unique(values[np.searchsorted(upto, wanted)])
    if edges[0] == values[0]:  # nothing of the reference lies below, and something new may
        edges = np.concatenate([[np.nextafter(values[0], -np.inf)], edges])
    before = np.concatenate([[0], upto])[np.searchsorted(values, edges, side="right")]
    after = np.searchsorted(ordered, edges, side="right")
    pairs = ((before, reference.count), (after, len(ordered)))
    first, second = (np.diff(np.concatenate([[0], each, [total]])).tolist() for each, total in pairs)
    return first, second
