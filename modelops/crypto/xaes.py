"""XAES-256-GCM: AES-256-GCM with a 192-bit random nonce, so that one key may seal without a counter.

Source: C2SP, "XAES-256-GCM", version 1. The key of each message is derived by two AES calls (a CMAC-based KDF of
NIST SP 800-108), then AES-256-GCM runs with the last 96 bits of the nonce. Random nonces are safe up to 2**80 messages.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 24
TAG_BYTES = 16


def _message_key(key: bytes, nonce: bytes) -> bytes:
    # A single block at a time under a CMAC-style mask: ECB here is the raw block function, not a mode for data.
    block = Cipher(algorithms.AES256(key), modes.ECB()).encryptor()  # noqa: S305
    mask = int.from_bytes(block.update(bytes(16)), "big")
    doubled = (mask << 1) & (2**128 - 1)
    if mask >> 127:
        doubled ^= 0x87
    derived = b""
    for counter in (1, 2):
        message = int.from_bytes(bytes([0, counter, 0x58, 0]) + nonce[:12], "big")
        derived += block.update((message ^ doubled).to_bytes(16, "big"))
    return derived


def encrypt(key: bytes, nonce: bytes, plaintext: bytes, associated: bytes) -> bytes:
    """Ciphertext and tag of ``plaintext`` under a 32-byte ``key`` and a 24-byte ``nonce`` that is used once."""
    return AESGCM(_message_key(key, nonce)).encrypt(nonce[12:], plaintext, associated)


def decrypt(key: bytes, nonce: bytes, ciphertext: bytes, associated: bytes) -> bytes:
    """The plaintext. Raises cryptography's InvalidTag."""
    return AESGCM(_message_key(key, nonce)).decrypt(nonce[12:], ciphertext, associated)


def seal(key: bytes, plaintext: bytes, associated: bytes) -> bytes:
    """A fresh nonce, then ciphertext and tag."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + encrypt(key, nonce, plaintext, associated)


def unseal(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    """The plaintext of what `seal` gave. Raises cryptography's InvalidTag, also for a text that is too short."""
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise InvalidTag
    return decrypt(key, sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated)
