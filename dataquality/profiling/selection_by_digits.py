"""The value at a place of a sorted column, whatever the column holds: by the digits of the values, in a few passes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from .kinds import Words
from .windows import Floats

_DIGIT = 16
_FEW = 1 << 20
_SIGN = np.uint64(1 << 63)


def value_at(read: Callable[[], Iterable[Floats]], place: int) -> float:
    """The finite value at ``place`` (from 0) of all that ``read`` gives, sorted; each call of it is one pass.

    Each pass fixes 16 bits of the value, until those that share them are few enough to sort. At most five passes.
    """
    prefix, known = 0, 0
    while known < 64:
        counts = np.zeros(1 << _DIGIT, dtype=np.int64)
        shift = np.uint64(64 - known - _DIGIT)
        for keys in _sharing(read(), prefix, known):
            digits = (keys >> shift) & np.uint64((1 << _DIGIT) - 1)
            counts += np.bincount(digits.astype(np.int64), minlength=1 << _DIGIT)
        upto = np.cumsum(counts)
        digit = int(np.searchsorted(upto, place, side="right"))
        place -= int(upto[digit] - counts[digit])
        prefix, known = (prefix << _DIGIT) | digit, known + _DIGIT
        if counts[digit] <= _FEW and known < 64:
            keys = np.concatenate(list(_sharing(read(), prefix, known)))
            return _value(np.partition(keys, place)[place])
    return _value(np.uint64(prefix))


def _sharing(batches: Iterable[Floats], prefix: int, known: int) -> Iterable[Words]:
    """Keys of the finite values whose first ``known`` bits are ``prefix``; keys stand in the order of the values."""
    for values in batches:
        bits = (values[np.isfinite(values)] + 0.0).view(np.uint64)
        keys = np.where(bits & _SIGN, ~bits, bits | _SIGN)
        yield keys if not known else keys[(keys >> np.uint64(64 - known)) == np.uint64(prefix)]


def _value(key: np.uint64) -> float:
    bits = key ^ _SIGN if key & _SIGN else ~key
    return float(np.array([bits], dtype=np.uint64).view(np.float64)[0])
