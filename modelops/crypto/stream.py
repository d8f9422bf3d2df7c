"""Sealed artifact files: AES-256-GCM in segments, written and read as streams, at constant memory.

The byte layout is in docs/reference/artifact-format.md. The construction is STREAM (Hoang, Reyhanitabar, Rogaway and
Vizár, 2015) with the key commitment, the bound context and the short last segment of C2SP's chunked encryption: a file
that is truncated, reordered, extended, edited, swapped for another or read under another key does not open.
"""

import hashlib
import hmac
import io
import os
import struct
import uuid
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .errors import DecryptionFailed

MAGIC = b"MOPSEAL1"
HEADER_BYTES = 96
TAG_BYTES = 16
CIPHER = "AES-256-GCM/HKDF-SHA-256/segmented"
_FIXED = struct.Struct(">8sBBBB16sI")
_FORMAT, _ALGORITHM, _LOG2_SEGMENT = 1, 1, 20


@dataclass(frozen=True)
class Header:
    """What the first 96 bytes of a sealed file say; readable without any key."""

    data_key_id: uuid.UUID
    key_version: int
    log2_segment: int
    salt: bytes
    commitment: bytes

    @property
    def segment_bytes(self) -> int:
        return 1 << self.log2_segment

    def fixed(self) -> bytes:
        """The part that goes into the key derivation."""
        return _FIXED.pack(MAGIC, _FORMAT, _ALGORITHM, self.log2_segment, 0, self.data_key_id.bytes, self.key_version)

    def pack(self) -> bytes:
        return self.fixed() + self.salt + self.commitment

    @classmethod
    def unpack(cls, raw: bytes) -> "Header":
        """Raises DecryptionFailed for anything that is no header of this format."""
        if len(raw) != HEADER_BYTES:
            raise DecryptionFailed("The file is too short to be a sealed artifact.")
        magic, form, algorithm, log2_segment, reserved, key_id, key_version = _FIXED.unpack(raw[: _FIXED.size])
        if magic != MAGIC or (form, algorithm, reserved) != (_FORMAT, _ALGORITHM, 0) or not 12 <= log2_segment <= 24:
            raise DecryptionFailed("The file is no sealed artifact of a known format.")
        return cls(uuid.UUID(bytes=key_id), key_version, log2_segment, raw[32:64], raw[64:96])


def _derive(data_key: bytes, header: Header, context: bytes) -> tuple[AESGCM, bytes, bytes]:
    """Cipher, 7 bytes of nonce prefix and 32 bytes of commitment for this file in this place."""
    if len(data_key) != 32:
        raise ValueError("A data key has 32 bytes.")
    info = b"modelops artifact v1\x00" + header.fixed() + struct.pack(">I", len(context)) + context
    okm = HKDF(algorithm=hashes.SHA256(), length=71, salt=header.salt, info=info).derive(data_key)
    return AESGCM(okm[:32]), okm[32:39], okm[39:]


def _nonce(prefix: bytes, index: int, last: bool) -> bytes:
    return prefix + struct.pack(">IB", index, last)


class SealingWriter:
    """Seals what is written to it into ``raw``; holds one segment in memory.

    ``context`` names the place that the file belongs to (for example ``b"registry.artifact:<id>"``). ``sha256`` and
    ``plaintext_bytes`` describe what was written. The file is sound only after `finish`.
    """

    def __init__(
        self, raw: BinaryIO, *, data_key: bytes, data_key_id: uuid.UUID, key_version: int, context: bytes,
        log2_segment: int = _LOG2_SEGMENT,
    ) -> None:  # fmt: skip
        draft = Header(data_key_id, key_version, log2_segment, os.urandom(32), b"")
        self._cipher, self._prefix, commitment = _derive(data_key, draft, context)
        self.header = Header(data_key_id, key_version, log2_segment, draft.salt, commitment)
        self._raw = raw
        self._segment = bytearray(self.header.segment_bytes)
        self._sealed = bytearray(self.header.segment_bytes + TAG_BYTES)
        self._filled = 0
        self._index = 0
        self._digest = hashlib.sha256()
        self.plaintext_bytes = 0
        self._finished = False
        raw.write(self.header.pack())

    @property
    def sha256(self) -> str:
        """Hex digest of the plaintext written so far."""
        return self._digest.hexdigest()

    def write(self, data: bytes) -> int:
        """Take ``data``; full segments go to the file at once."""
        view = memoryview(data).cast("B")
        self._digest.update(view)
        self.plaintext_bytes += len(view)
        taken = 0
        while taken < len(view):
            if self._filled == 0 and len(view) - taken >= len(self._segment):
                self._emit(view[taken : taken + len(self._segment)], last=False)  # a whole segment needs no copy
                taken += len(self._segment)
                continue
            step = min(len(view) - taken, len(self._segment) - self._filled)
            self._segment[self._filled : self._filled + step] = view[taken : taken + step]
            self._filled += step
            taken += step
            if self._filled == len(self._segment):
                self._emit(memoryview(self._segment), last=False)
                self._filled = 0
        return taken

    def finish(self) -> None:
        """Write the last segment, which is always shorter than a full one. The caller flushes and syncs."""
        if not self._finished:
            self._emit(memoryview(self._segment)[: self._filled], last=True)
            self._finished = True

    def _emit(self, plain: memoryview, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._index, last)
        with memoryview(self._sealed)[: len(plain) + TAG_BYTES] as sealed:
            self._cipher.encrypt_into(nonce, plain, None, sealed)
            self._raw.write(sealed)
        self._index += 1


class SealedReader(io.RawIOBase):
    """The plaintext of a sealed file as a seekable binary file; each segment is checked before a byte of it is given.

    Opening checks the key commitment, the size and the last segment, so that a wrong key, a truncated or an extended
    file is refused before anything is read. Raises DecryptionFailed.
    """

    def __init__(self, raw: BinaryIO, *, data_key: bytes, context: bytes) -> None:
        super().__init__()
        self._raw = raw
        raw.seek(0)
        self.header = Header.unpack(raw.read(HEADER_BYTES))
        self._cipher, self._prefix, commitment = _derive(data_key, self.header, context)
        if not hmac.compare_digest(commitment, self.header.commitment):
            raise DecryptionFailed
        self._full = self.header.segment_bytes + TAG_BYTES
        body = raw.seek(0, os.SEEK_END) - HEADER_BYTES
        self._last, rest = divmod(body, self._full)
        if rest < TAG_BYTES:
            raise DecryptionFailed("The sealed artifact is truncated.")
        self.size = self._last * self.header.segment_bytes + rest - TAG_BYTES
        self._position = 0
        self._index = -1
        self._segment = b""
        self._load(self._last)

    def _load(self, index: int) -> None:
        if index == self._index:
            return
        self._raw.seek(HEADER_BYTES + index * self._full)
        sealed = self._raw.read(self._full)
        try:
            self._segment = self._cipher.decrypt(_nonce(self._prefix, index, index == self._last), sealed, None)
        except InvalidTag:
            self._index = -1
            raise DecryptionFailed from None
        self._index = index

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("A position before the beginning of the file.")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        view = memoryview(buffer).cast("B")
        if self._position >= self.size or not view:
            return 0
        index, offset = divmod(self._position, self.header.segment_bytes)
        self._load(index)
        step = min(len(view), len(self._segment) - offset)
        view[:step] = self._segment[offset : offset + step]
        self._position += step
        return step

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes; fewer only at the end of the file (unlike a raw file, never a short read before it)."""
        if size is None or size < 0:
            size = max(self.size - self._position, 0)
        size = min(size, max(self.size - self._position, 0))
        out = bytearray(size)
        filled = 0
        with memoryview(out) as view:
            while filled < size:
                step = self.readinto(view[filled:])
                if step == 0:
                    break
                filled += step
        return bytes(out[:filled])

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
            self._segment = b""
        super().close()
