"""Columns of categories: counted by their places in a dictionary, compared category by category."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from modelops.lib.compiled import compiled
from modelops.lib.errors import Invalid

from .buckets import numpy
from .statistics.base import Drift, TooFewValues
from .statistics.chi_square import chi_square
from .statistics.jensen_shannon import jensen_shannon
from .statistics.psi import psi
from .viewed import viewed

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 10_000
DRAWN = 30
NAMED = 20
MINIMUM_VALUES = 2
LANES = 4


class TooManyCategories(Invalid):
    """A column with so many distinct texts holds names or numbers of things, not categories."""

    code = "drift.too_many_categories"


@dataclass(frozen=True)
class Counted:
    """How often each category occurs, and how many values are missing."""

    counts: Mapping[str, int]
    nulls: int

    @property
    def size(self) -> int:
        """Values that are there."""
        return sum(self.counts.values())


def is_category(kind: pa.DataType) -> bool:
    """Whether a column of this type is compared by categories: texts, and true or false."""
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_boolean(kind)
    )


def count(column: pa.ChunkedArray) -> Counted:
    """The categories of a column; raises TooManyCategories."""
    np = numpy()
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    coded = coded.unify_dictionaries()
    if not coded.num_chunks:
        return Counted({}, 0)
    names = coded.chunk(0).dictionary
    if len(names) > MOST:
        raise TooManyCategories(
            f"The column has {len(names)} distinct values; up to {MOST} categories are compared. Is it an identifier?"
        )
    totals = np.zeros((LANES, len(names)), np.int64)
    for chunk in coded.chunks:
        indices = chunk.indices.drop_null() if chunk.indices.null_count else chunk.indices
        _count_places(viewed(indices), totals)
    totals = totals.sum(axis=0)
    words = pc.cast(names, pa.string()).to_pylist()
    counts: dict[str, int] = {}
    for word, total in zip(words, totals.tolist(), strict=True):
        if total and word is not None:
            counts[word] = counts.get(word, 0) + total
    return Counted(counts, len(column) - sum(counts.values()))


def _count_places_twin(places: Any, totals: Any) -> int:
    totals[0] += numpy().bincount(places, minlength=totals.shape[1])
    return len(places)


@compiled(_count_places_twin)
def _count_places(places: Any, totals: Any) -> int:
    # A count of its own for each of some neighbours: the same category twice does not wait for itself.
    whole = len(places) // LANES * LANES
    for start in range(0, whole, LANES):
        for lane in range(LANES):
            totals[lane, places[start + lane]] += 1
    for place in range(whole, len(places)):
        totals[0, places[place]] += 1
    return len(places)


def compare_categories(reference: Counted, current: Counted) -> tuple[Drift, dict[str, Any], dict[str, Any]]:
    """Drift by chi-square, whose effect is the total variation distance: the largest gap between the shares of any set
    of categories, as D is for numbers; further measures; and the picture, which names categories and is to be sealed.

    Raises TooFewValues.
    """
    for which, side in (("reference", reference), ("current", current)):
        if side.size < MINIMUM_VALUES:
            raise TooFewValues(f"The {which} sample has {side.size} values; at least {MINIMUM_VALUES} are needed.")
    names = sorted(reference.counts.keys() | current.counts.keys())
    first, second = ([side.counts.get(name, 0) for name in names] for side in (reference, current))
    tested = chi_square(first, second)
    drift = Drift(
        statistic=total_variation(first, second),
        p_value=tested.p_value,
        n_reference=reference.size,
        n_current=current.size,
        location=0.0,
        sign=0,
        dropped_reference=reference.nulls,
        dropped_current=current.nulls,
    )
    new = [name for name in names if name not in reference.counts]
    vanished = [name for name in names if name not in current.counts]
    measures = {
        "chi_square": tested.statistic,
        "degrees_of_freedom": tested.freedom,
        "cramers_v": tested.effect,
        "psi": psi(first, second),
        "jensen_shannon": jensen_shannon(first, second),
        "new_categories": len(new),
        "vanished_categories": len(vanished),
    }
    return drift, measures, _picture(reference, current, new, vanished)


def total_variation(reference: Sequence[int], current: Sequence[int]) -> float:
    """Half the sum of the differences between shares.

    Source: D. A. Levin, Y. Peres, E. L. Wilmer, "Markov Chains and Mixing Times" (2009), proposition 4.2.
    """
    n, m = sum(reference), sum(current)
    return sum(abs(i / n - j / m) for i, j in zip(reference, current, strict=True)) / 2


def _picture(reference: Counted, current: Counted, new: list[str], vanished: list[str]) -> dict[str, Any]:
    n, m = reference.size, current.size
    shares = [
        (name, reference.counts.get(name, 0), current.counts.get(name, 0))
        for name in reference.counts.keys() | current.counts.keys()
    ]
    shares.sort(key=lambda row: (-max(row[1] / n, row[2] / m), row[0]))
    rest = shares[DRAWN:]
    return {
        "categories": [list(row) for row in shares[:DRAWN]],
        "rest": [sum(row[1] for row in rest), sum(row[2] for row in rest)],
        "new": new[:NAMED],
        "vanished": vanished[:NAMED],
    }
