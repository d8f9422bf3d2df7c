"""Columns of numbers: a reference that is prepared once, and what one pass over the new values measures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from .buckets import Tally, numpy, tally
from .gap import Ordered, counted_gap, merged_gap
from .profile import bin_picture, drawable, profile
from .sample import Sample
from .statistics.base import Drift, TooFewValues
from .statistics.jensen_shannon import jensen_shannon
from .statistics.ks import KolmogorovSmirnov, canonical, finite_sorted, measured
from .statistics.psi import psi
from .statistics.wasserstein import wasserstein
from .viewed import viewed

if TYPE_CHECKING:
    from numpy.typing import NDArray

PSI_GROUPS = 10
JENSEN_SHANNON_GROUPS = 50
DRAWN_EXACTLY_UP_TO = 40_000  # values of both samples; beyond, pictures are drawn from the buckets


@dataclass(frozen=True)
class NumberReference:
    """A column of the reference: sorted and counted, with what was left out."""

    ordered: Ordered
    dropped: int

    @property
    def size(self) -> int:
        """Finite values."""
        return self.ordered.size


@dataclass(frozen=True)
class Compared:
    """What was measured of one column: the test with its effect, further measures, and the picture."""

    drift: Drift
    measures: dict[str, Any]
    picture: dict[str, Any]


def is_number(kind: pa.DataType) -> bool:
    """Whether columns of this type are compared as numbers."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


class Numbers(Sample):
    """The values of a column of numbers that are there; whole numbers stay whole.

    ``rows`` and ``nulls`` are known when all have been looked at.
    """

    def __init__(self, arrays: Iterable[pa.Array]) -> None:
        coming = iter(arrays)
        first = next(coming)
        self.rows = self.nulls = 0
        kind = first.type.value_type if pa.types.is_dictionary(first.type) else first.type
        found = (self._values(array) for array in chain([first], coming))
        if pa.types.is_uint64(kind):  # all of them together say whether they are more than signed ones
            super().__init__(iter([]), numpy().dtype(numpy().int64))
            self._kept = [canonical(numpy().concatenate(list(found)))]
            self.kind = self._kept[0].dtype
        else:
            whole = pa.types.is_integer(kind)
            super().__init__(map(canonical, found), numpy().dtype(numpy().int64 if whole else numpy().float64))

    def _values(self, array: pa.Array) -> NDArray[Any]:
        self.rows += len(array)
        self.nulls += array.null_count
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        present = array.drop_null() if array.null_count else array
        if pa.types.is_decimal(present.type) or pa.types.is_float16(present.type):
            present = pc.cast(present, pa.float64())
        return viewed(present)


def prepare(column: pa.ChunkedArray) -> NumberReference:
    """Sort and count a column of the reference."""
    values = Numbers(arrays_of(column))
    ordered, dropped = finite_sorted(values.whole)
    return NumberReference(Ordered.of(ordered), dropped + values.nulls)


def arrays_of(column: pa.ChunkedArray) -> list[pa.Array]:
    """The arrays of a column; an empty one where it has none."""
    return column.chunks or [pa.array([], column.type)]


def compare_numbers(reference: NumberReference, current: Numbers, *, with_wasserstein: bool = False) -> Compared:
    """Kolmogorov-Smirnov, PSI and Jensen-Shannon in one pass over the new values. Raises TooFewValues."""
    np = numpy()
    sample = current.of_kind(np.result_type(np.dtype(reference.ordered.kind), current.kind))
    counted = tally(sample, reference.ordered.buckets) if reference.ordered.buckets is not None else None
    size = counted.size if counted is not None else len(sample.finite_ordered)
    for which, there in (("reference", reference.size), ("current", size)):
        if there < KolmogorovSmirnov.minimum_values:
            raise TooFewValues(
                f"The {which} sample has {there} finite values; at least {KolmogorovSmirnov.minimum_values} are needed."
            )
    if counted is not None:
        gap = counted_gap(reference.ordered, counted)
    else:
        gap = merged_gap(reference.ordered.part(0, reference.size).astype(sample.kind), sample.finite_ordered)
    drift = measured(gap, reference.size, size, reference.dropped, current.rows - size)
    measures: dict[str, Any] = {}
    for name, function, groups in (
        ("psi", psi, PSI_GROUPS),
        ("jensen_shannon", jensen_shannon, JENSEN_SHANNON_GROUPS),
    ):
        measures[name] = function(*_grouped(reference.ordered, counted, sample, groups))
    if with_wasserstein:
        whole = reference.ordered.part(0, reference.size)
        measures["wasserstein"] = wasserstein(whole, sample.finite_ordered)
    return Compared(drift, measures, _picture(reference.ordered, counted, sample, drift))


def _grouped(reference: Ordered, counted: Tally | None, current: Sample, groups: int) -> tuple[Any, Any]:
    """Counts of both samples in about ``groups`` groups of equal frequency in the reference."""
    np = numpy()
    if counted is None or reference.upto is None:  # one value in the reference: below, at and above it
        value = reference.part(0, 1)[0]
        finite = current.finite_ordered
        below = int(np.searchsorted(finite, value, "left"))
        upto = int(np.searchsorted(finite, value, "right"))
        whole = reference.part(0, reference.size)
        held = int(np.searchsorted(whole, value, "right"))
        return [0, held, len(whole) - held], [below, upto - below, len(finite) - upto]
    targets = np.ceil(reference.size * np.arange(1, groups) / groups).astype(np.int64)
    ends = np.unique(reference.upto.searchsorted(targets))
    ends = ends[ends < len(reference.upto) - 1]
    upto = counted.upto
    return tuple(np.diff(side[np.append(ends, len(side) - 1)], prepend=0) for side in (reference.upto, upto))


def _picture(reference: Ordered, counted: Tally | None, current: Sample, drift: Drift) -> dict[str, Any]:
    n = reference.size
    place = {"location": drawable(drift.location)}
    if counted is None or reference.buckets is None or n + current.size <= DRAWN_EXACTLY_UP_TO:
        whole = reference.part(0, n)
        finite = current.finite_ordered
        shares = [int(side.searchsorted(drift.location, side="right")) / len(side) for side in (whole, finite)]
        return {**place, "shares": shares, **profile(whole, finite, ordered=True)}
    shares = _shares_at(reference, counted, drift)
    return {**place, "shares": shares, **bin_picture(reference, counted)}


def _shares_at(reference: Ordered, counted: Tally, drift: Drift) -> list[float]:
    """How much of either sample lies at or below the largest gap: the reference is looked up, the rest follows."""
    np = numpy()
    if reference.buckets is None or reference.upto is None:
        raise TypeError("The reference has no buckets.")
    place = int(reference.buckets.of(np.array([drift.location]))[0])
    before = int(reference.upto[place - 1]) if place else 0
    held = reference.part(before, int(reference.upto[place]))
    share = (before + int(np.searchsorted(held, drift.location, "right"))) / reference.size
    return [share, min(max(share - drift.sign * drift.statistic, 0.0), 1.0)]


def with_dropped(drift: Drift, reference: int, current: int) -> Drift:
    """The same with other counts of what was left out."""
    return replace(drift, dropped_reference=reference, dropped_current=current)
