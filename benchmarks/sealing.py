"""Sealing an artifact with its SHA-256 in the same pass, beside the parts it is made of and beside Fernet."""

import hashlib
import io
import os
import uuid

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from modelops.crypto.stream import SealedReader, SealingWriter

from .table import Table, in_turns

_PIECE = 1 << 20
_CONTEXT = b"benchmark"


class _Sink(io.RawIOBase):
    """Takes everything and keeps nothing, so that the disk is not what is measured."""

    def write(self, data: object) -> int:
        return len(data)  # type: ignore[arg-type]


def _seal(raw: object, key: bytes, piece: bytes, pieces: int) -> None:
    writer = SealingWriter(raw, data_key=key, data_key_id=uuid.uuid4(), key_version=1, context=_CONTEXT)  # type: ignore[arg-type]
    for _ in range(pieces):
        writer.write(piece)
    writer.finish()


def measure(*, quick: bool = False) -> Table:
    """MiB per CPU second. The limit is AES-256-GCM and SHA-256 of the same library, one after the other."""
    pieces, rounds = (8, 1) if quick else (256, 5)
    piece, key = os.urandom(_PIECE), os.urandom(32)
    cipher, nonce, buffer = AESGCM(key), os.urandom(12), bytearray(_PIECE + 16)
    fernet = Fernet(Fernet.generate_key())
    sealed = io.BytesIO()
    _seal(sealed, key, piece, pieces)
    stored = sealed.getvalue()

    def limit() -> None:
        digest = hashlib.sha256()
        for _ in range(pieces):
            cipher.encrypt_into(nonce, piece, None, buffer)
            digest.update(piece)

    def opening() -> None:
        reader = SealedReader(io.BytesIO(stored), data_key=key, context=_CONTEXT)
        while reader.read(_PIECE):
            pass

    work = {
        "seal with SHA-256": lambda: _seal(_Sink(), key, piece, pieces),
        "AES-256-GCM + SHA-256 alone (limit)": limit,
        "Fernet": lambda: [fernet.encrypt(piece) for _ in range(max(1, pieces // 32))],
        "open": opening,
    }
    figures = in_turns(work, pieces * _PIECE / 2**20, rounds)
    figures["Fernet"] *= max(1, pieces // 32) / pieces
    return Table("Sealing artifacts", "MiB per CPU second", "seal with SHA-256", figures)
