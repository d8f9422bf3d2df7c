"""What kind of column an Arrow type makes, and how many of its first rows are told."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Kind = Literal["number", "text", "time", "boolean", "empty", "other"]
Mask = NDArray[np.bool_]
Words = NDArray[np.uint64]
FIRST_ROWS = 5
_NEAR = 4096


def kind_of(kind: pa.DataType) -> Kind:
    """What the declared type says; a text column that holds numbers is still text here."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    if is_text(kind):
        return "text"
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return "time"
    return "empty" if pa.types.is_null(kind) else "other"


def is_text(kind: pa.DataType) -> bool:
    """Whether an Arrow type holds text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def is_fixed(kind: pa.DataType) -> bool:
    """Whether every value is at most eight bytes of which two are equal when and only when the values are."""
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_temporal(kind)
    ) and not pa.types.is_interval(kind)


def first_rows(mask: Mask) -> list[int]:
    """The first rows where ``mask`` is True; the search ends early where there are many."""
    rows = np.flatnonzero(mask[:_NEAR])
    if len(rows) < FIRST_ROWS < len(mask):
        rows = np.flatnonzero(mask)
    return [int(row) for row in rows[:FIRST_ROWS]]


def plain(value: Any) -> Any:
    """A numpy scalar as Python's own."""
    return value.item() if isinstance(value, np.generic) else value
