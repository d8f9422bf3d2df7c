"""The features of a batch, column by column in one sealed value.

A batch is read as a whole (for drift, for groups), and never searched: sealing it as one value costs a thousandth of
sealing each row, and what is left out of a block is gone for good. Numbers are 64-bit floats, with NaN for none.
"""

import json
import struct
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from operator import ne
from typing import Any
from uuid import UUID

from .models import FeatureBlock, PredictionBatch

Columns = dict[str, Sequence[Any]]
"""Values of each feature in the order of the rows: an ``array`` of doubles, or a list of texts, lists and None."""

_LENGTH = struct.Struct("<I")
NONE = float("nan")


def packed(columns: Mapping[str, Sequence[Any]]) -> bytes:
    """The columns as bytes: a length, a head in JSON that names each column and its size, and then the columns."""
    bodies = []
    head = []
    for name, values in columns.items():
        if isinstance(values, array):
            if sys.byteorder == "big":
                values = array("d", values)
                values.byteswap()
            body, kind = values.tobytes(), "d"
        else:
            body, kind = json.dumps(list(values), separators=(",", ":")).encode(), "j"
        bodies.append(body)
        head.append([name, kind, len(body)])
    said = json.dumps(head, separators=(",", ":")).encode()
    return b"".join([_LENGTH.pack(len(said)), said, *bodies])


def unpacked(data: bytes, only: Iterable[str] | None = None) -> Columns:
    """What `packed` was given, or the columns of ``only`` that there are."""
    (length,) = _LENGTH.unpack_from(data)
    wanted = None if only is None else set(only)
    start = _LENGTH.size + length
    found: Columns = {}
    for name, kind, size in json.loads(data[_LENGTH.size : start]):
        body = data[start : start + size]
        start += size
        if wanted is not None and name not in wanted:
            continue
        if kind == "d":
            values = array("d")
            values.frombytes(body)
            if sys.byteorder == "big":
                values.byteswap()
            found[name] = values
        else:
            found[name] = json.loads(body)
    return found


def of_batch(batch_id: UUID, only: Iterable[str] | None = None) -> Columns:
    """The features of one batch; none where it came without any."""
    content = FeatureBlock.objects.filter(pk=batch_id).values_list("content", flat=True).first()
    return {} if content is None else unpacked(content, only)


def told(columns: Columns, position: int) -> str:
    """One row of a batch as JSON, without what it has no value for."""
    values = {name: column[position] for name, column in columns.items() if position < len(column)}
    return json.dumps({name: value for name, value in values.items() if value is not None and value == value})


def forget(batch_id: UUID, positions: Iterable[int]) -> None:
    """Take all that some rows of a batch said out of it."""
    block = FeatureBlock.objects.select_for_update().filter(pk=batch_id).first()
    if block is None:
        return
    columns = unpacked(block.content)
    for column in columns.values():
        for position in positions:
            if position < len(column):
                column[position] = NONE if isinstance(column, array) else None  # type: ignore[index]
    block.content = packed(columns)
    block.save(update_fields=["content"])


def missing_in(columns: Mapping[str, Sequence[Any]]) -> tuple[int, int]:
    """How many values the columns have room for, and how many of them are missing."""
    cells = nulls = 0
    for column in columns.values():
        cells += len(column)
        # Of all numbers only NaN, which stands for none, is not equal to itself.
        nulls += sum(map(ne, column, column)) if isinstance(column, array) else column.count(None)
    return cells, nulls


def sealed_for(batch: PredictionBatch, columns: Mapping[str, Sequence[Any]]) -> FeatureBlock:
    """A block that is not saved yet."""
    return FeatureBlock(batch=batch, content=packed(columns))
