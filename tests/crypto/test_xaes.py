"""XAES-256-GCM against the published vectors of its specification."""

import pytest
from cryptography.exceptions import InvalidTag

from modelops.crypto import xaes

NONCE = b"ABCDEFGHIJKLMNOPQRSTUVWX"


@pytest.mark.parametrize(
    ("key", "associated", "expected"),
    [
        (b"\x01" * 32, b"", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"),
        (b"\x03" * 32, b"c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"),
    ],
)
def test_the_published_vectors_come_out(key: bytes, associated: bytes, expected: str) -> None:
    assert xaes.encrypt(key, NONCE, b"XAES-256-GCM", associated).hex() == expected
    assert xaes.decrypt(key, NONCE, bytes.fromhex(expected), associated) == b"XAES-256-GCM"


def test_every_flipped_byte_is_refused() -> None:
    sealed = xaes.seal(b"k" * 32, b"weights", b"place")
    assert xaes.unseal(b"k" * 32, sealed, b"place") == b"weights"
    for position in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[position] ^= 1
        with pytest.raises(InvalidTag):
            xaes.unseal(b"k" * 32, bytes(damaged), b"place")


@pytest.mark.parametrize("length", [0, 1, 39])
def test_a_text_that_is_too_short_is_refused(length: int) -> None:
    with pytest.raises(InvalidTag):
        xaes.unseal(b"k" * 32, b"x" * length, b"")
