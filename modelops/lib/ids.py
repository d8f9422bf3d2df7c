"""Identifiers made by the application."""

import os
import threading
import time
import uuid
from datetime import datetime, timedelta
from typing import Final

_LAST_MILLISECOND: Final = 2**48 - 1
# Version 7, and the variant of RFC 9562.
_VERSION: Final = 0x7 << 76 | 0b10 << 62
_RANDOM_BYTES: Final = 4096
_lock = threading.Lock()
_last = 0
# Asking the system for each id lets another thread have the interpreter each time.
_random = memoryview(b"")


def _tick() -> tuple[int, int]:
    """Milliseconds of the clock and 12 bits of its fraction, as a number that grows each time; and 64 random bits."""
    global _last, _random
    nanoseconds = time.time_ns()
    now = nanoseconds // 1_000_000 << 12 | nanoseconds % 1_000_000 * 4096 // 1_000_000
    with _lock:
        _last = max(now, _last + 1)
        if not _random:
            _random = memoryview(os.urandom(_RANDOM_BYTES))
        chosen, _random = _random[:8], _random[8:]
        return _last, int.from_bytes(chosen, "big")


def _forget() -> None:
    global _random
    _random = memoryview(b"")


# A process that is forked off makes no ids of what its parent has drawn.
os.register_at_fork(after_in_child=_forget)


def uuid7() -> uuid.UUID:
    """A UUID of version 7: 48 bits of Unix milliseconds, 12 of the fraction, 62 random: ids of a process sort by time.

    Not a secret: whoever holds an id must still be allowed to see the object. Source: RFC 9562, sections 5.7 and 6.2
    (method 3).
    """
    tick, drawn = _tick()
    value = (tick >> 12 & _LAST_MILLISECOND) << 80 | _VERSION | (tick & 0xFFF) << 64
    return uuid.UUID(int=value | drawn >> 2)


def first_id_at(moment: datetime, shift: timedelta = timedelta(0)) -> uuid.UUID:
    """The smallest id that can have been made at ``moment``, or ``shift`` after it; before 1970, the smallest of all.

    Ids sort by time, so a filter on them is a range of the primary key's index.
    """
    milliseconds = int((moment.timestamp() + shift.total_seconds()) * 1000)
    return uuid.UUID(int=min(max(milliseconds, 0), _LAST_MILLISECOND) << 80)
