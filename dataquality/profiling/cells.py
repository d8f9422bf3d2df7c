"""One column of one batch, as numpy sees it: no copy of the values where Arrow's own memory can be used."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from modelops.lib.compiled import compiled
from modelops.lib.once import once

from .kinds import Kind, Mask, is_fixed, is_text, kind_of
from .scanning import extent
from .text_classes import classes_of

FEW = 4  # rows for each distinct text, from which on texts are held as places
_INTEGERS = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}


class Cells:
    """The cells of a column in the rows of one batch; what is derived is computed at most once.

    ``room`` is where its numbers may be written, for who uses the same for the next column: memory that is given back
    after each column would be cleared by the system for the next.
    """

    def __init__(self, array: pa.Array, room: NDArray[np.float64] | None = None) -> None:
        kind = array.type
        if pa.types.is_dictionary(kind) and not _is_texts(kind.value_type):
            array = array.dictionary_decode()
        elif not pa.types.is_dictionary(kind):
            array = _readable(array)
        elif len(array.dictionary) > len(array) or array.dictionary.null_count:
            array = _readable(array.dictionary_decode())  # fewer texts to look at than the dictionary has
        self.array: pa.Array = array
        self.kind: Kind = kind_of(kind)
        self.rows = len(array)
        self._room = room

    @once
    def valid(self) -> Mask | None:
        """Which cells are not null; None when all are."""
        if not self.array.null_count:
            return None
        if pa.types.is_null(self.array.type):
            return np.zeros(self.rows, dtype=bool)
        bitmap, offset = self.array.buffers()[0], self.array.offset
        if bitmap is None:  # a type that keeps no bitmap of its own
            return ~self.array.is_null().to_numpy(zero_copy_only=False)
        return _bits(bitmap, offset, self.rows)

    @once
    def raw(self) -> NDArray[Any]:
        """The values of a column of fixed width in their own type; undefined where :attr:`valid` is False."""
        array = self.array
        if pa.types.is_boolean(array.type):
            return _bits(array.buffers()[1], array.offset, self.rows).view(np.uint8)
        width = array.type.bit_width // 8
        if pa.types.is_floating(array.type):
            dtype: Any = {2: np.float16, 4: np.float32, 8: np.float64}[width]
        else:
            unsigned = pa.types.is_unsigned_integer(array.type)
            dtype = _INTEGERS[width] if unsigned else np.dtype(f"i{width}")
        if array.buffers()[1] is None:
            return np.zeros(self.rows, dtype=dtype)
        whole = np.frombuffer(array.buffers()[1], dtype=dtype, count=array.offset + self.rows)
        return whole[array.offset :]

    @once
    def absent(self) -> Mask | None:
        """Which rows have no value, null or not a number; None when all have one."""
        if self.kind == "empty":
            return np.ones(self.rows, dtype=bool)
        if not self.gone:
            return None
        if self.gone == self.array.null_count:
            return ~self.valid
        return np.isnan(self.numbers)

    @once
    def gone(self) -> int:
        """How many rows have no value."""
        if self.kind == "empty":
            return self.rows
        if not pa.types.is_floating(self.array.type):
            return int(self.array.null_count)
        return self._floats[1]

    @once
    def missing(self) -> NDArray[np.intp] | None:
        """Those rows as places; None when there are none."""
        return None if self.absent is None else np.flatnonzero(self.absent)

    @once
    def numbers(self) -> NDArray[np.float64]:
        """A column of numbers or of fixed width as float64 with not-a-number where a cell is null."""
        if pa.types.is_decimal(self.array.type):
            values = self.array.cast(pa.float64()).to_numpy(zero_copy_only=False)
            return np.asarray(values, dtype=np.float64)
        return self._floats[0]

    @once
    def _floats(self) -> tuple[NDArray[np.float64], int]:
        """A column of fixed width as float64, and how many of those are no number."""
        raw = self.raw.astype(np.float32) if self.raw.dtype == np.float16 else self.raw  # the compiler knows no halves
        if self.valid is not None:
            room = np.empty(self.rows) if self._room is None else self._room[: self.rows]
            return room, _as_floats(raw, self.valid, room)
        values = raw
        if raw.dtype != np.float64:
            values = np.empty(self.rows) if self._room is None else self._room[: self.rows]
            values[:] = raw
        return values, int(np.count_nonzero(np.isnan(values))) if raw.dtype.kind == "f" else 0

    @once
    def extent(self) -> tuple[float, float, int]:
        """The least and the greatest finite number, not-a-number where there is none, and how many are infinite."""
        return extent(self.numbers)

    @once
    def classes(self) -> NDArray[np.uint8]:
        """The classes of the texts: of the distinct ones where they come as a dictionary, else of each cell."""
        if pa.types.is_dictionary(self.array.type):
            return classes_of(self.coded[1])
        return classes_of(self.array, self.valid)

    @once
    def coded(self) -> tuple[NDArray[np.int32], pa.Array]:
        """Places in the distinct texts of this batch, or -1 for null, and those texts in large offsets."""
        indices = Cells(self._encoded.indices)
        codes = indices.raw.astype(np.int32, copy=False)
        if indices.valid is not None:
            codes = codes | (indices.valid.view(np.int8) - np.int8(1))  # all bits where it is not valid: -1
        return codes, _readable(self._encoded.dictionary)

    def encode(self) -> None:
        """Hold texts as places in the distinct ones where these are few: who looks next looks at each of them once."""
        if FEW * len(self._encoded.dictionary) <= self.rows:
            self.array = self._encoded

    @once
    def _encoded(self) -> pa.Array:
        return self.array if pa.types.is_dictionary(self.array.type) else self.array.dictionary_encode()

    def value_at(self, row: int) -> Any:
        """The value in one row as Python's own; what Python has no value for is told as text."""
        try:
            return self.array[row].as_py()
        except (ValueError, OverflowError, KeyError):  # a year that Python has no date for, a zone that nobody knows
            return str(self.raw[row])


def _as_floats_in_numpy(raw: NDArray[Any], valid: Mask, values: NDArray[np.float64]) -> int:
    values[:] = raw
    values[~valid] = np.nan
    return int(np.count_nonzero(np.isnan(values)))


@compiled(_as_floats_in_numpy)
def _as_floats(raw: NDArray[Any], valid: Mask, values: NDArray[np.float64]) -> int:
    """Write the values as float64, not-a-number where they are not valid; tells how many of them are no number."""
    gone = 0
    for row in range(len(raw)):
        value = np.float64(raw[row])
        value = value if valid[row] else np.nan
        values[row] = value
        gone += value != value  # as only what is no number does
    return gone


def _is_texts(kind: pa.DataType) -> bool:
    return is_text(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


def _readable(array: pa.Array) -> pa.Array:
    """The same values in a layout that the kernels here know: fixed width, or bytes with large offsets."""
    kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind):
        return array
    if is_text(kind):
        return array.cast(pa.large_string())
    if is_fixed(kind) or pa.types.is_boolean(kind) or pa.types.is_null(kind) or pa.types.is_decimal(kind):
        return array
    if pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return array.cast(pa.large_binary())
    told = [None if value is None else repr(value) for value in array.to_pylist()]
    return pa.array(told, pa.large_string())


def _bits(buffer: pa.Buffer, offset: int, rows: int) -> Mask:
    first, skip = divmod(offset, 8)
    packed = np.frombuffer(buffer, dtype=np.uint8)[first : first + (skip + rows + 7) // 8]
    return np.unpackbits(packed, bitorder="little")[skip : skip + rows].view(np.bool_)
