"""Numbers that are put aside on disk for a while, sealed, so that memory does not grow with the rows of a table."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

from modelops.lib.errors import Unavailable

_TAG = 16  # bytes
_NONCE = 12  # bytes


class Spill:
    """Blocks of numbers in a file without a name, under a key that is nowhere but in this object.

    Fingerprints tell nobody a value, but they would tell who knows a row whether the table has it. So each block is
    sealed with AES-256-GCM under a key made for this file alone and kept in memory: once the process has ended, also
    when it was killed, nobody can read the bytes, and the file, which never had a name, is gone with its last handle.
    """

    def __init__(self) -> None:
        try:
            self._file = tempfile.TemporaryFile(prefix="modelops-quality-", buffering=0)  # noqa: SIM115 - see close()
        except OSError as error:
            raise _no_room() from error
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._places: list[tuple[int, int]] = []
        self._end = 0

    def write(self, arrays: Sequence[NDArray[Any]]) -> int:
        """Put a block aside; its number. Raises Unavailable when the disk is full."""
        number = len(self._places)
        sealed = self._cipher.encrypt(_nonce(number), b"".join(each.tobytes() for each in arrays), None)
        left, place = memoryview(sealed), self._end
        try:
            while left:  # to its place: blocks may have been read since the last was written
                written = os.pwrite(self._file.fileno(), left, place)
                left, place = left[written:], place + written
        except OSError as error:
            raise _no_room() from error
        self._places.append((self._end, len(sealed)))
        self._end += len(sealed)
        return number

    def read(self, number: int, kinds: Sequence[Any]) -> list[NDArray[Any]]:
        """The arrays of a block, which are equally long and of these types."""
        place, size = self._places[number]
        plain = self._cipher.decrypt(_nonce(number), os.pread(self._file.fileno(), size, place), None)
        widths = [np.dtype(kind).itemsize for kind in kinds]
        count, at, arrays = len(plain) // sum(widths), 0, []
        for kind, width in zip(kinds, widths, strict=True):
            arrays.append(np.frombuffer(plain, dtype=kind, count=count, offset=at))
            at += count * width
        return arrays

    def close(self) -> None:
        """Give the room back."""
        self._file.close()


def _no_room() -> Unavailable:
    return Unavailable(
        "There is no room for temporary files, and the table is too large to count its repeated rows in memory. Free "
        "some space in the temporary folder of the worker, or point TMPDIR to a larger disk.",
        code="quality.no_room",
    )


def _nonce(number: int) -> bytes:
    """Each block has its own under the key of the file."""
    return number.to_bytes(_NONCE, "big")
