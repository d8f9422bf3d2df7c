"""One column as the checks see it: what kind it is, what is missing, which values repeat. Exact and vectorised."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Kind = Literal["number", "text", "time", "boolean", "empty", "other"]
Mask = NDArray[np.bool_]
FIRST_ROWS = 5


class Column:
    """A named Arrow column. Everything derived is computed at most once and dropped with the object."""

    def __init__(self, name: str, values: pa.ChunkedArray | pa.Array) -> None:
        self.name = name
        chunked = values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values])
        if pa.types.is_dictionary(chunked.type):
            chunked = chunked.cast(chunked.type.value_type)
        if pa.types.is_string_view(chunked.type):
            chunked = chunked.cast(pa.large_string())  # not every text function of Arrow takes views yet
        self.values: pa.ChunkedArray = chunked

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def kind(self) -> Kind:
        """What the declared type says; a text column that holds numbers is still text here."""
        kind = self.values.type
        if pa.types.is_boolean(kind):
            return "boolean"
        if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            return "number"
        if is_text(kind):
            return "text"
        if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
            return "time"
        return "empty" if pa.types.is_null(kind) else "other"

    @cached_property
    def missing(self) -> Mask:
        """True where there is no value: null, not-a-number, or text of nothing but white space."""
        mask = pc.is_null(self.values, nan_is_null=pa.types.is_floating(self.values.type))
        if self.kind == "text":
            blank = pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(self.values)), 0)
            mask = pc.or_(mask, pc.fill_null(blank, False))
        return to_mask(mask)

    @cached_property
    def missing_count(self) -> int:
        """How many rows have no value."""
        return int(self.missing.sum())

    @property
    def present_count(self) -> int:
        """How many rows have a value."""
        return len(self) - self.missing_count

    @cached_property
    def _encoded(self) -> tuple[NDArray[np.int64], pa.Array]:
        values = self.values
        if pa.types.is_floating(values.type):
            # Minus zero equals zero and a not-a-number equals nothing: as pandas and people see it.
            numbers = values.to_numpy().astype(np.float64) + 0.0
            values = pa.chunked_array([pa.array(numbers, mask=np.isnan(numbers))])
        elif self.kind == "other":
            values = pa.chunked_array(
                [pa.array([None if value is None else repr(value) for value in values.to_pylist()])]
            )
        if pa.types.is_null(values.type):
            return np.zeros(len(values), dtype=np.int64), pa.array([], pa.string())
        encoded = values.dictionary_encode().combine_chunks()
        if isinstance(encoded, pa.ChunkedArray):
            encoded = encoded.chunk(0) if encoded.num_chunks else pa.array([], pa.string()).dictionary_encode()
        return pc.fill_null(encoded.indices.cast(pa.int64()), -1).to_numpy() + 1, encoded.dictionary

    @property
    def codes(self) -> NDArray[np.int64]:
        """For each row 0 when it is null, else 1 + the place of its value in :attr:`distinct`."""
        return self._encoded[0]

    @property
    def distinct(self) -> pa.Array:
        """The distinct values in order of first appearance, without null."""
        return self._encoded[1]

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How often each of :attr:`distinct` occurs."""
        return np.bincount(self.codes, minlength=len(self.distinct) + 1)[1:]

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """The finite numbers of a number column in row order, as float64."""
        numbers = self._as_float()
        return numbers[np.isfinite(numbers)]

    def _as_float(self) -> NDArray[np.float64]:
        values = self.values
        if pa.types.is_decimal(values.type):
            values = values.cast(pa.float64())
        return pc.fill_null(values.cast(pa.float64(), safe=False), np.nan).to_numpy()

    def number_mask(self, predicate: Any) -> Mask:
        """``predicate`` of the column as float64 with not-a-number where a value is missing."""
        return np.asarray(predicate(self._as_float()), dtype=bool)

    def rows_of(self, chosen: Mask) -> Mask:
        """The rows whose value is one of ``chosen``, a mask over :attr:`distinct`."""
        return np.concatenate([[False], chosen])[self.codes]


def is_text(kind: pa.DataType) -> bool:
    """Whether an Arrow type holds text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def to_mask(values: pa.ChunkedArray | pa.Array) -> Mask:
    """A numpy mask of an Arrow boolean column without nulls."""
    return values.to_numpy(zero_copy_only=False).astype(bool) if isinstance(values, pa.Array) else values.to_numpy()


def first_rows(mask: Mask) -> tuple[int, ...]:
    """The first rows of a mask, counted from 1 as people count them."""
    return tuple(int(row) + 1 for row in np.flatnonzero(mask)[:FIRST_ROWS])
