"""Columns of numbers: a reference that is prepared once, and what one pass over the new values measures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from .buckets import Tally, numpy, tally
from .gap import Ordered, counted_gap, merged_gap
from .profile import bin_picture, drawable, profile
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


def numbers(column: pa.ChunkedArray) -> tuple[NDArray[Any], int]:
    """The values of a column of numbers that are there, and how many are null; whole numbers stay whole."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    present = column.drop_null() if column.null_count else column
    if pa.types.is_decimal(present.type) or pa.types.is_float16(present.type):
        present = pc.cast(present, pa.float64())
    chunks = [viewed(chunk) for chunk in present.chunks] or [viewed(pa.array([], present.type))]
    return canonical(chunks[0] if len(chunks) == 1 else numpy().concatenate(chunks)), column.null_count


def prepare(column: pa.ChunkedArray) -> NumberReference:
    """Sort and count a column of the reference."""
    values, nulls = numbers(column)
    ordered, dropped = finite_sorted(values)
    return NumberReference(Ordered.of(ordered), dropped + nulls)


def compare_numbers(
    reference: NumberReference, current: NDArray[Any], nulls: int, *, with_wasserstein: bool = False
) -> Compared:
    """Kolmogorov-Smirnov, PSI and Jensen-Shannon in one pass over the new values. Raises TooFewValues."""
    np = numpy()
    kind = np.result_type(np.dtype(reference.ordered.kind), current.dtype)
    current = current.astype(kind, copy=False)
    counted = tally(current, reference.ordered.buckets) if reference.ordered.buckets is not None else None
    dropped = counted.dropped if counted is not None else _not_finite(current)
    for which, size in (("reference", reference.size), ("current", len(current) - dropped)):
        if size < KolmogorovSmirnov.minimum_values:
            raise TooFewValues(
                f"The {which} sample has {size} finite values; at least {KolmogorovSmirnov.minimum_values} are needed."
            )
    if counted is not None:
        gap = counted_gap(reference.ordered, current, counted)
    else:
        gap = merged_gap(reference.ordered.part(0, reference.size).astype(kind), finite_sorted(current)[0])
    drift = measured(gap, reference.size, len(current) - dropped, reference.dropped, dropped + nulls)
    measures: dict[str, Any] = {}
    for name, function, groups in (
        ("psi", psi, PSI_GROUPS),
        ("jensen_shannon", jensen_shannon, JENSEN_SHANNON_GROUPS),
    ):
        measures[name] = function(*_grouped(reference.ordered, counted, current, groups))
    if with_wasserstein:
        whole = reference.ordered.part(0, reference.size)
        measures["wasserstein"] = wasserstein(whole, finite_sorted(current)[0])
    return Compared(drift, measures, _picture(reference.ordered, counted, current, drift))


def _not_finite(values: NDArray[Any]) -> int:
    np = numpy()
    return 0 if values.dtype.kind != "f" else int(len(values) - np.isfinite(values).sum())


def _grouped(reference: Ordered, counted: Tally | None, current: Any, groups: int) -> tuple[Any, Any]:
    """Counts of both samples in about ``groups`` groups of equal frequency in the reference."""
    np = numpy()
    if counted is None or reference.upto is None:  # one value in the reference: below, at and above it
        value = reference.part(0, 1)[0]
        finite = finite_sorted(current)[0]
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


def _picture(reference: Ordered, counted: Tally | None, current: Any, drift: Drift) -> dict[str, Any]:
    n = reference.size
    place = {"location": drawable(drift.location)}
    if counted is None or reference.buckets is None or n + len(current) <= DRAWN_EXACTLY_UP_TO:
        whole = reference.part(0, n)
        finite = finite_sorted(current)[0]
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
