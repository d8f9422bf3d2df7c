"""What a web process has loaded, moved into memory pages of 2 MiB where the system has them.

A hundred megabytes of code and classes are 25,000 small pages, and the processor knows the places of some thousands: a
request that walks through Django has it look up the others again and again. In large pages there are fifty places to
know, for a thirtieth more requests.
"""

import ctypes
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LARGE_BYTES: Final = 2 << 20
# madvise(2), since Linux 6.1: now, and not some day in the background.
_MADV_COLLAPSE: Final = 25


def use_large_pages() -> int:
    """Move the memory that this process has to itself; how many bytes were moved. Does nothing where it cannot be.

    Takes a tenth of a second, so it is for the start of a process, when what it keeps for good is there.
    """
    try:
        library = ctypes.CDLL(None)
        library.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        maps = Path("/proc/self/maps").read_text().splitlines()
    except (OSError, AttributeError):  # another system, or one without /proc
        return 0
    moved = 0
    for begin, end in _own_ranges(maps):
        if library.madvise(begin, end - begin, _MADV_COLLAPSE) == 0:
            moved += end - begin
    return moved


def _own_ranges(maps: list[str]) -> Iterator[tuple[int, int]]:
    """The parts of the heap and of unnamed memory that large pages fit into."""
    for line in maps:
        where, may, _, _, _, *path = line.split(maxsplit=5)
        if may != "rw-p" or (path and path[0] != "[heap]"):
            continue
        first, last = (int(each, 16) for each in where.split("-"))
        begin, end = -(-first // LARGE_BYTES) * LARGE_BYTES, last // LARGE_BYTES * LARGE_BYTES
        if begin < end:
            yield begin, end


def is_possible() -> bool:
    """Whether this system has large pages and can be told to use them at once."""
    if not Path("/sys/kernel/mm/transparent_hugepage").exists():
        return False
    release = os.uname().release.split(".")
    return (int(release[0]), int(release[1].split("-")[0])) >= (6, 1)
