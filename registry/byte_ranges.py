"""The part of a file that a request asks for (RFC 9110, section 14)."""

import re
from dataclasses import dataclass

# More digits than any file has bytes; the limit keeps a long number from becoming work.
_RANGE = re.compile(r"(?P<first>[0-9]{1,19})?-(?P<last>[0-9]{1,19})?")


class RangeNotSatisfiable(ValueError):
    """The request is sound, but no byte that it asks for exists."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes from ``start`` up to, but without, ``stop``."""

    start: int
    stop: int

    def content_range(self, size: int) -> str:
        """The header of the answer that carries this part."""
        return f"bytes {self.start}-{self.stop - 1}/{size}"


def requested_range(header: str, size: int) -> ByteRange | None:
    """What ``Range: …`` asks of a file of ``size`` bytes; None for everything.

    Other units, malformed ranges and several ranges at once are passed over, as the RFC allows: the answer is then the
    whole file. Raises RangeNotSatisfiable.
    """
    unit, separator, asked = header.partition("=")
    found = _RANGE.fullmatch(asked.strip())
    if unit.strip().lower() != "bytes" or not separator or found is None:
        return None
    first, last = found["first"], found["last"]
    if first is None:
        if last is None:
            return None
        if int(last) == 0:
            raise RangeNotSatisfiable
        return ByteRange(max(size - int(last), 0), size)
    if last is not None and int(last) < int(first):
        return None
    if int(first) >= size:
        raise RangeNotSatisfiable
    return ByteRange(int(first), size if last is None else min(int(last) + 1, size))
