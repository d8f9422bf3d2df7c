"""The key that vouches for files: Ed25519 from the ring. No web server holds that of checkpoints."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from modelops.crypto.keyring import Key, keyring
from modelops.crypto.purposes import Purpose

from ..sealing.models import CheckpointKey
from ..sealing.note import Head, PublicKey, public_key, sign

NAME: Final = "modelops-audit-export"


def signed(rows: int, digest: bytes) -> str:
    """A signed note that says how many rows a file has and what its SHA-256 is. Raises KeysUnavailable."""
    return sign(Head(NAME, rows, digest), [_private(keyring.active(Purpose.REPORT_SIGNING))])


def public_keys() -> list[PublicKey]:
    """All keys that a file can be checked with: those of checkpoints and those of exports. Raises KeysUnavailable."""
    heads = [PublicKey(row.name, bytes(row.public_key)) for row in CheckpointKey.objects.order_by("created_at")]
    return heads + [public_key(NAME, _private(key)) for key in keyring.readable(Purpose.REPORT_SIGNING)]


def key_file() -> str:
    """The public keys as `verify_audit.py --key` takes them, one a line."""
    return "".join(f"{key.text}\n" for key in public_keys())


def _private(key: Key) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(key.material)
