"""The first 96 bytes of a sealed file, and what may stand in them."""

import struct
import uuid
from dataclasses import dataclass
from enum import IntEnum

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from modelops.crypto.errors import DecryptionFailed

MAGIC = b"MOPSEAL1"
FORMAT = 1
HEADER_BYTES = 96
TAG_BYTES = 16
LOG2_SEGMENT = 20
SMALLEST_LOG2, LARGEST_LOG2 = 12, 24
_FIXED = struct.Struct(">8sBBBB16sI")

Cipher = AESGCM | ChaCha20Poly1305


class Algorithm(IntEnum):
    """The closed list of ciphers. The number stands in the header and goes into the derivation of the key."""

    AES_256_GCM = 1
    CHACHA20_POLY1305 = 2

    @property
    def label(self) -> str:
        """What settings and people call it."""
        return {1: "AES-256-GCM", 2: "ChaCha20-Poly1305"}[self.value]

    @property
    def suite(self) -> str:
        """The whole construction in one line, as it stands in the rows of files."""
        return f"{self.label}/HKDF-SHA-256/segmented"

    @classmethod
    def named(cls, label: str) -> "Algorithm":
        """The algorithm that a setting names. Raises ValueError with the known ones."""
        for algorithm in cls:
            if algorithm.label == label:
                return algorithm
        known = ", ".join(algorithm.label for algorithm in cls)
        raise ValueError(f"{label!r} is no cipher for artifacts; use one of {known}.")

    def cipher(self, key: bytes) -> Cipher:
        """The cipher itself."""
        return AESGCM(key) if self is Algorithm.AES_256_GCM else ChaCha20Poly1305(key)


class Codec(IntEnum):
    """How the plaintext was made smaller before it was sealed; the number stands in the header."""

    NONE = 0
    ZSTD = 1

    @property
    def label(self) -> str:
        """What settings, rows and people call it."""
        return self.name.lower()


@dataclass(frozen=True)
class Header:
    """What the first 96 bytes of a sealed file say; readable without any key."""

    data_key_id: uuid.UUID
    key_version: int
    log2_segment: int
    salt: bytes
    commitment: bytes
    algorithm: Algorithm = Algorithm.AES_256_GCM
    codec: Codec = Codec.NONE

    @property
    def segment_bytes(self) -> int:
        """Plaintext of a full segment."""
        return 1 << self.log2_segment

    def fixed(self) -> bytes:
        """The part that goes into the key derivation."""
        return _FIXED.pack(
            MAGIC, FORMAT, self.algorithm, self.log2_segment, self.codec, self.data_key_id.bytes, self.key_version
        )

    def pack(self) -> bytes:
        """All 96 bytes."""
        return self.fixed() + self.salt + self.commitment

    def with_commitment(self, commitment: bytes) -> "Header":
        """The same header, committed to its key."""
        return Header(
            self.data_key_id, self.key_version, self.log2_segment, self.salt, commitment, self.algorithm, self.codec
        )

    @classmethod
    def unpack(cls, raw: bytes) -> "Header":
        """Raises DecryptionFailed for anything that is no header of this format."""
        if len(raw) != HEADER_BYTES:
            raise DecryptionFailed("The file is too short to be a sealed artifact.")
        magic, form, algorithm, log2_segment, codec, key_id, key_version = _FIXED.unpack(raw[: _FIXED.size])
        if magic != MAGIC:
            raise DecryptionFailed("The file is no sealed artifact: it does not begin with MOPSEAL1.")
        if form != FORMAT:
            raise DecryptionFailed(f"The sealed artifact has format {form}; only format {FORMAT} is known here.")
        if algorithm not in list(Algorithm) or codec not in list(Codec):
            raise DecryptionFailed("The sealed artifact names a cipher or a codec that is not known here.")
        if not SMALLEST_LOG2 <= log2_segment <= LARGEST_LOG2:
            raise DecryptionFailed("The sealed artifact names a size of segments that is not allowed.")
        return cls(
            uuid.UUID(bytes=key_id),
            key_version,
            log2_segment,
            raw[32:64],
            raw[64:96],
            Algorithm(algorithm),
            Codec(codec),
        )


def derive(data_key: bytes, header: Header, context: bytes) -> tuple[Cipher, bytes, bytes]:
    """Cipher, 7 bytes of nonce prefix and 32 bytes of commitment for this file in this place."""
    if len(data_key) != 32:
        raise ValueError("A data key has 32 bytes.")
    info = b"modelops artifact v1\x00" + header.fixed() + struct.pack(">I", len(context)) + context
    okm = HKDF(algorithm=hashes.SHA256(), length=71, salt=header.salt, info=info).derive(data_key)
    return header.algorithm.cipher(okm[:32]), okm[32:39], okm[39:]


def nonce(prefix: bytes, index: int, last: bool) -> bytes:
    """The nonce of one segment: it says which segment it is and whether it is the last."""
    return prefix + struct.pack(">IB", index, last)
