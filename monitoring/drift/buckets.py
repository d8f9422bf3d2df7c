"""Counts of values in tens of thousands of buckets, without sorting: the pass over a sample."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from modelops.lib.compiled import compiled

from .bucket_map import BucketMap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .sample import Sample

PIECE = 65_536  # values in a vectorised step: they stay in the processor's cache
AT_ONCE = 4096  # values whose places stay in the nearest cache
NEAR = 8  # values of which one look tells whether any is wanted
LARGEST = 1.7976931348623157e308  # of what is finite


@cache
def numpy() -> Any:
    """Loaded by who computes; the web process lists results and never does."""
    return importlib.import_module("numpy")


@dataclass(frozen=True)
class Tally:
    """What one pass over a sample counts; ``mixed`` marks buckets with another value than the reference's only one.

    ``places`` has for each array of the sample the buckets of its values (of one that is not finite, any), ``ends`` the
    smallest and the largest.
    """

    sample: Sample
    counts: NDArray[Any]
    mixed: NDArray[Any] | None
    dropped: int
    places: list[NDArray[Any]]
    ends: tuple[Any, Any]

    @property
    def size(self) -> int:
        """How many values are finite."""
        return sum(map(len, self.places)) - self.dropped

    @cached_property
    def upto(self) -> NDArray[Any]:
        """How many values lie in each bucket and all before it."""
        found = numpy().empty(len(self.counts), numpy().int64)
        _sum_up(self.counts, found)
        return found


def tally(sample: Sample, buckets: BucketMap) -> Tally:
    """Count the finite values of a sample, bucket by bucket: each of its arrays as it comes."""
    np = numpy()
    # Half as wide as they could be, the counts stay in a nearer cache.
    counts = np.zeros(buckets.count, np.uint32)
    turn = _turn(sample.kind)
    ends = np.array([2**63 - 1, -(2**63)], np.int64)
    singles = None if buckets.singles is None else buckets.singles.astype(sample.kind, copy=False)
    mixed = None if singles is None else np.zeros(buckets.count, np.uint8)
    places: list[NDArray[Any]] = []
    seen = dropped = 0
    for values in sample:
        seen += len(values)
        if seen >= 2**32 and counts.dtype == np.uint32:
            counts = counts.astype(np.int64)
        own = np.empty(len(values), np.uint16)
        keys = values.view(np.int64)
        if singles is None:
            dropped += int(_count(values, keys, buckets.low, buckets.scale, counts, own, turn, ends))
        else:
            dropped += int(
                _count_singles(values, keys, buckets.low, buckets.scale, counts, own, turn, ends, singles, mixed)
            )
        places.append(own)
    ends = ends ^ turn[1]
    smallest, largest = (ends ^ ((ends >> 63) & turn[0])).view(sample.kind)
    return Tally(sample, counts, mixed, dropped, places, (smallest, largest))


def _turn(kind: Any) -> NDArray[Any]:
    """What turns the bits of a value into a whole number of the same order: see `_count`."""
    np = numpy()
    return np.array([2**63 - 1 if kind.kind == "f" else 0, -(2**63) if kind.kind == "u" else 0], np.int64)


def collect(counted: Tally, wanted: NDArray[Any], size: int) -> NDArray[Any]:
    """The ``size`` finite values that lie in ``wanted`` buckets, sorted."""
    np = numpy()
    found = np.empty(size, counted.sample.kind)
    if size:
        marked = np.zeros(len(counted.counts), np.uint8)
        marked[wanted] = 1
        hits = np.empty(size + counted.dropped, np.int64)
        start = 0
        for values, places in zip(counted.sample, counted.places, strict=True):
            start += int(_gather(values, places, marked, counted.dropped, hits, found[start:]))
    found.sort()
    return found


def _sum_up_twin(counts: Any, upto: Any) -> int:
    counts.cumsum(out=upto)
    return len(upto)


@compiled(_sum_up_twin)
def _sum_up(counts: Any, upto: Any) -> int:
    total = 0
    for place in range(len(counts)):
        total += int(counts[place])
        upto[place] = total
    return len(upto)


def _places(piece: Any, low: float, scale: float, count: int) -> tuple[Any, Any]:
    np = numpy()
    with np.errstate(over="ignore", invalid="ignore"):
        fit = np.isfinite(piece) if piece.dtype.kind == "f" else np.ones(len(piece), bool)
        places = np.where(fit, np.clip((piece - np.float64(low)) * scale, 0, count - 1), 0).astype(np.uint16)
    return fit, places


def _take(
    values: Any, start: int, low: float, scale: float, counts: Any, places: Any, keys: Any, turn: Any, ends: Any
) -> tuple[Any, Any]:
    """Count a piece from ``start`` on; its finite values and their buckets."""
    np = numpy()
    piece = values[start : start + PIECE]
    fit, found = _places(piece, low, scale, len(counts))
    places[start : start + PIECE] = found
    counts += np.bincount(found[fit], minlength=len(counts)).astype(counts.dtype)
    own = keys[start : start + PIECE][fit]
    own = own ^ ((own >> 63) & turn[0]) ^ turn[1]
    if len(own):
        ends[0], ends[1] = min(ends[0], own.min()), max(ends[1], own.max())
    return piece[fit], found[fit]


def _count_twin(
    values: Any, keys: Any, low: float, scale: float, counts: Any, places: Any, turn: Any, ends: Any
) -> int:
    kept = 0
    for start in range(0, len(values), PIECE):
        kept += len(_take(values, start, low, scale, counts, places, keys, turn, ends)[0])
    return len(values) - kept


@compiled(_count_twin)
def _count(values: Any, keys: Any, low: float, scale: float, counts: Any, places: Any, turn: Any, ends: Any) -> int:
    # First where a piece of the values belongs, many at a time, then the counting, then the ends. No loop has a branch:
    # values fall into buckets as they like, and no processor guesses that. What is not finite has any place, and is
    # rare. The ends are found among the bits as whole numbers (of floats below zero, turned): many at a time, too.
    dropped = 0
    top = float(len(counts) - 1)
    least, most = ends[0], ends[1]
    for start in range(0, len(values), AT_ONCE):
        piece, own = values[start : start + AT_ONCE], places[start : start + AT_ONCE]
        bits = keys[start : start + AT_ONCE]
        unfit = 0
        for i in range(len(piece)):
            value = float(piece[i])
            unfit += not abs(value) <= LARGEST
            place = (value - low) * scale
            place = place if place > 0.0 else 0.0
            own[i] = place if place < top else top
        dropped += unfit
        if unfit:
            for i in range(len(piece)):
                if abs(float(piece[i])) <= LARGEST:
                    counts[own[i]] += 1
                    key = bits[i] ^ ((bits[i] >> 63) & turn[0]) ^ turn[1]
                    least, most = min(least, key), max(most, key)
        else:
            for i in range(len(piece)):
                counts[own[i]] += 1
            for i in range(len(piece)):
                key = bits[i] ^ ((bits[i] >> 63) & turn[0]) ^ turn[1]
                least, most = min(least, key), max(most, key)
    ends[0], ends[1] = least, most
    return dropped


def _count_singles_twin(
    values: Any, keys: Any, low: float, scale: float, counts: Any, places: Any, turn: Any, ends: Any, singles: Any,
    mixed: Any,
) -> int:  # fmt: skip
    kept = 0
    for start in range(0, len(values), PIECE):
        finite, own = _take(values, start, low, scale, counts, places, keys, turn, ends)
        mixed[own[finite != singles[own]]] = 1
        kept += len(finite)
    return len(values) - kept


@compiled(_count_singles_twin)
def _count_singles(
    values: Any, keys: Any, low: float, scale: float, counts: Any, places: Any, turn: Any, ends: Any, singles: Any,
    mixed: Any,
) -> int:  # fmt: skip
    dropped = 0
    top = float(len(counts) - 1)
    least, most = ends[0], ends[1]
    for start in range(0, len(values), AT_ONCE):
        piece, own = values[start : start + AT_ONCE], places[start : start + AT_ONCE]
        bits = keys[start : start + AT_ONCE]
        unfit = 0
        for i in range(len(piece)):
            value = float(piece[i])
            unfit += not abs(value) <= LARGEST
            place = (value - low) * scale
            place = place if place > 0.0 else 0.0
            own[i] = place if place < top else top
        dropped += unfit
        if unfit:
            for i in range(len(piece)):
                if abs(float(piece[i])) <= LARGEST:
                    counts[own[i]] += 1
                    mixed[own[i]] |= piece[i] != singles[own[i]]
                    key = bits[i] ^ ((bits[i] >> 63) & turn[0]) ^ turn[1]
                    least, most = min(least, key), max(most, key)
        else:
            for i in range(len(piece)):
                counts[own[i]] += 1
            for i in range(len(piece)):
                mixed[own[i]] |= piece[i] != singles[own[i]]
            for i in range(len(piece)):
                key = bits[i] ^ ((bits[i] >> 63) & turn[0]) ^ turn[1]
                least, most = min(least, key), max(most, key)
    ends[0], ends[1] = least, most
    return dropped


def _gather_twin(values: Any, places: Any, wanted: Any, dropped: int, hits: Any, found: Any) -> int:
    taken = values[wanted[places] != 0]
    if dropped:
        taken = taken[numpy().isfinite(taken)]
    found[: len(taken)] = taken
    return len(taken)


@compiled(_gather_twin)
def _gather(values: Any, places: Any, wanted: Any, dropped: int, hits: Any, found: Any) -> int:
    # Few are wanted. The places are a quarter of the memory of the values, of which only those few are read again, and
    # one look at a few neighbours mostly tells that there are none among them. The values are far by now: first it is
    # known which are wanted, then all are fetched, and many are on their way at once.
    hit = 0
    whole = len(places) // NEAR * NEAR
    for start in range(0, whole, NEAR):
        near = 0
        for i in range(start, start + NEAR):
            near |= wanted[places[i]]
        if near:
            for i in range(start, start + NEAR):
                if wanted[places[i]]:
                    hits[hit] = i
                    hit += 1
    for i in range(whole, len(places)):
        if wanted[places[i]]:
            hits[hit] = i
            hit += 1
    if not dropped:
        for i in range(hit):
            found[i] = values[hits[i]]
        return hit
    size = 0
    for i in range(hit):
        value = values[hits[i]]
        if abs(float(value)) <= LARGEST:
            found[size] = value
            size += 1
    return size
