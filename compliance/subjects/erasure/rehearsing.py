"""Whether this process works on a restored copy: then rows may change, and no stored file may."""

from collections.abc import Iterator
from contextlib import contextmanager

_rehearses = False


@contextmanager
def rehearsal() -> Iterator[None]:
    """For the whole process: what opens, writes or removes stored files refuses to."""
    global _rehearses
    _rehearses = True
    try:
        yield
    finally:
        _rehearses = False


def is_rehearsal() -> bool:
    """Whether the database is a copy whose rows name files of the real portal."""
    return _rehearses
