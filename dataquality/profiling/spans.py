"""Texts of Arrow as their bytes and places."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from .kinds import Mask, Words

_WORD = 8  # bytes
MASKS = np.array([(1 << (8 * size)) - 1 for size in range(8)] + [2**64 - 1], dtype=np.uint64)  # the first bytes
ALL_VALID: Mask = np.zeros(0, dtype=bool)  # for one True a row


def spans(texts: pa.Array) -> tuple[NDArray[np.uint8], NDArray[np.integer[Any]]]:
    """The bytes of texts, and where each begins in them; one more place stands at the end."""
    wide = pa.types.is_large_string(texts.type) or pa.types.is_large_binary(texts.type)
    _, places, data = texts.buffers()
    if places is None or not len(texts):
        return np.zeros(0, dtype=np.uint8), np.zeros(len(texts) + 1, dtype=np.int64)
    offsets = np.frombuffer(places, dtype=np.int64 if wide else np.int32)[texts.offset : texts.offset + len(texts) + 1]
    low, high = int(offsets[0]), int(offsets[-1])
    if data is None or low == high:
        return np.zeros(0, dtype=np.uint8), np.zeros(len(texts) + 1, dtype=np.int64)
    return np.frombuffer(data, dtype=np.uint8)[low:high], offsets - low if low else offsets


def eights(data: NDArray[np.uint8]) -> Words:
    """Eight bytes from any place of ``data`` on as one word: an overlapping view, read without a copy of the bytes."""
    if len(data) < _WORD:
        data = np.concatenate([data, np.zeros(_WORD, dtype=np.uint8)])
    return np.ndarray((len(data) - _WORD + 1,), dtype="<u8", buffer=data.data, strides=(1,))
