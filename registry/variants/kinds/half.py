"""Numbers to half precision (IEEE 754 binary16), piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from modelops.lib.late import late

from .base import DerivationRefused, Progress, Report, Write

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = late("numpy")

PIECE_VALUES = 256 * 1024
# The largest finite value of binary16.
LARGEST = 65504.0


def to_half(values: NDArray[Any], report: Report) -> NDArray[Any]:
    """The values in half precision, in the same byte order; counts what leaves the range of it.

    ``overflowed``: finite values that became infinite. ``vanished``: values other than zero that became zero.
    """
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        half = values.astype(np.dtype(np.float16).newbyteorder(values.dtype.byteorder))
    report.overflowed += int(np.count_nonzero(np.isinf(half) & np.isfinite(values)))
    report.vanished += int(np.count_nonzero((half == 0) & (values != 0)))
    return half


def from_bfloat16(raw: bytes) -> NDArray[np.float32]:
    """Values of bfloat16, which are the upper halves of float32."""
    return (np.frombuffer(raw, dtype="<u2").astype("<u4") << 16).view("<f4")


def pieces(source: BinaryIO, size: int, step: int) -> Iterator[bytes]:
    """The next ``size`` bytes of ``source`` in pieces of ``step``; refuses a file that ends before."""
    left = size
    while left:
        piece = source.read(min(step, left))
        if not piece:
            raise DerivationRefused("The file ends before its table says. Verify the version.", code="variant.damaged")
        left -= len(piece)
        yield piece


def copy(source: BinaryIO, size: int, write: Write, progress: Progress) -> None:
    """Pass ``size`` bytes through unchanged."""
    for piece in pieces(source, size, 1 << 20):
        write(piece)
        progress(len(piece))


def demand_range(report: Report, may_overflow: bool) -> None:
    """Refuse a result in which finite values became infinite, unless that was asked for."""
    if report.overflowed and not may_overflow:
        raise DerivationRefused(
            f"Values beyond {LARGEST:,.0f}, the largest that float16 holds, would become infinite: at least "
            f"{report.overflowed:,}. Keep the model as it is, or ask again with allow_overflow.",
            code="variant.overflow",
        )


def demand_work(report: Report) -> None:
    """Refuse a result that is the parent over again."""
    if not report.converted:
        raise DerivationRefused(
            "The file holds no float32, float64 or bfloat16 numbers, so there is nothing to convert.",
            code="variant.nothing_to_convert",
        )
