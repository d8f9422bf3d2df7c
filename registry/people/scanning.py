"""Reading the column that names people: who is in it, and on which rows somebody stands."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from .digests import comparable, digest


def people_in(columns: Iterable[pa.Array], key: bytes) -> Counter[int]:
    """How many rows each person has, by digest."""
    found: Counter[int] = Counter()
    for column in columns:
        counted = pc.value_counts(column)
        for value, count in zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True):
            if text := comparable(value):
                found[digest(key, text)] += count
    return found


def rows_with(columns: Iterable[pa.Array], matches: Callable[[str], bool]) -> Iterator[NDArray[np.bool_]]:
    """For each piece of the column, which of its rows name somebody for whom ``matches`` says yes."""
    for column in columns:
        coded = column.dictionary_encode() if not isinstance(column, pa.DictionaryArray) else column
        hits = [place for place, value in enumerate(coded.dictionary.to_pylist()) if _hit(value, matches)]
        if not hits:
            yield np.zeros(len(column), dtype=np.bool_)
            continue
        found = pc.is_in(coded.indices, value_set=pa.array(hits, coded.indices.type))
        yield pc.fill_null(found, False).to_numpy(zero_copy_only=False)


def _hit(value: object, matches: Callable[[str], bool]) -> bool:
    text = comparable(value)
    return bool(text) and matches(text)
