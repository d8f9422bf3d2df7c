"""Writing a sealed file."""

import os
import uuid
from collections.abc import Iterable
from typing import BinaryIO

from .digests import Digests
from .header import HEADER_BYTES, LOG2_SEGMENT, TAG_BYTES, Algorithm, Codec, Header, derive, nonce
from .seekable_zstd import LEVEL, Compressor


class SealingWriter:
    """Seals what is written to it into ``raw``; holds one segment in memory, and one more where it compresses.

    Its memory grows with what is written: to have two segments made and cleared takes longer than to seal a small file.

    ``context`` names the place that the file belongs to (for example ``b"registry.artifact:<id>"``). ``digests`` and
    ``plaintext_bytes`` describe what was written, ``stored_bytes`` what lies in ``raw``. The file is sound only after
    `finish`.
    """

    def __init__(
        self, raw: BinaryIO, *, data_key: bytes, data_key_id: uuid.UUID, key_version: int, context: bytes,
        log2_segment: int = LOG2_SEGMENT, algorithm: Algorithm = Algorithm.AES_256_GCM, codec: Codec = Codec.NONE,
        level: int = LEVEL, digests: Iterable[str] = ("sha256",), salt: bytes | None = None,
    ) -> None:  # fmt: skip
        """``salt`` is 32 random bytes and given only by test vectors."""
        draft = Header(data_key_id, key_version, log2_segment, salt or os.urandom(32), b"", algorithm, codec)
        self._cipher, self._prefix, commitment = derive(data_key, draft, context)
        self.header = draft.with_commitment(commitment)
        self._raw = raw
        self._full = self.header.segment_bytes
        self._segment = bytearray()
        self._sealed = bytearray()
        self._index = 0
        self._digests = Digests(digests)
        self._compressor = Compressor(level) if codec is Codec.ZSTD else None
        self._finished = False
        self.plaintext_bytes = 0
        self.stored_bytes = HEADER_BYTES
        raw.write(self.header.pack())

    @property
    def digests(self) -> dict[str, str]:
        """Name and hex digits of each digest of the plaintext written so far."""
        return self._digests.hex()

    @property
    def sha256(self) -> str:
        """The one digest that every file has."""
        return self.digests["sha256"]

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Take ``data``; full segments go to the file at once."""
        view = memoryview(data).cast("B")
        self._digests.update(view)
        self.plaintext_bytes += len(view)
        if self._compressor is None:
            self._take(view)
        else:
            for frame in self._compressor.write(view):
                self._take(memoryview(frame))
        return len(view)

    def finish(self) -> None:
        """Write the last segment, which is always shorter than a full one. The caller flushes and syncs."""
        if self._finished:
            return
        if self._compressor is not None:
            for frame in self._compressor.finish():
                self._take(memoryview(frame))
        self._emit(self._segment, last=True)
        self._finished = True

    def _take(self, view: memoryview) -> None:
        taken = 0
        while taken < len(view):
            if not self._segment and len(view) - taken >= self._full:
                self._emit(view[taken : taken + self._full], last=False)  # a whole segment needs no copy
                taken += self._full
                continue
            step = min(len(view) - taken, self._full - len(self._segment))
            self._segment += view[taken : taken + step]
            taken += step
            if len(self._segment) == self._full:
                self._emit(self._segment, last=False)
                self._segment.clear()

    def _emit(self, plain: "bytearray | memoryview", *, last: bool) -> None:
        if len(self._sealed) < len(plain) + TAG_BYTES:
            self._sealed = bytearray(len(plain) + TAG_BYTES)
        with memoryview(self._sealed)[: len(plain) + TAG_BYTES] as sealed:
            self._cipher.encrypt_into(nonce(self._prefix, self._index, last), plain, None, sealed)
            self._raw.write(sealed)
            self.stored_bytes += len(sealed)
        self._index += 1
