"""The text form of an API key: ``mop_<id>_<secret>_<checksum>``.

The prefix and the checksum let secret scanners find leaked keys without asking the portal, and tell a mistyped key from
an unknown one. Base 62 keeps the whole key one word for a double click.
"""

import secrets
import zlib
from typing import NamedTuple

PREFIX = "mop"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ID_LENGTH = 8
SECRET_LENGTH = 43  # 43 * log2(62) = 256 bits
CHECKSUM_LENGTH = 6


class KeyParts(NamedTuple):
    """The two parts that carry meaning."""

    public_id: str
    secret: str


def _checksum(body: str) -> str:
    value = zlib.crc32(body.encode())
    digits = ""
    for _ in range(CHECKSUM_LENGTH):
        value, rest = divmod(value, len(ALPHABET))
        digits = ALPHABET[rest] + digits
    return digits


def compose(public_id: str, secret: str) -> str:
    """The key of two parts."""
    body = f"{PREFIX}_{public_id}_{secret}"
    return f"{body}_{_checksum(body)}"


def generate() -> tuple[str, KeyParts]:
    """A new random key and its parts."""
    parts = KeyParts(
        "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH)),
        "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH)),
    )
    return compose(*parts), parts


def parse(key: str) -> KeyParts | None:
    """The parts of a well-formed key, or None for a truncated or mistyped one."""
    pieces = key.split("_")
    if len(pieces) != 4 or pieces[0] != PREFIX:
        return None
    public_id, secret, checksum = pieces[1:]
    if len(public_id) != ID_LENGTH or len(secret) != SECRET_LENGTH or not key.isascii():
        return None
    if _checksum(f"{PREFIX}_{public_id}_{secret}") != checksum:
        return None
    return KeyParts(public_id, secret)
