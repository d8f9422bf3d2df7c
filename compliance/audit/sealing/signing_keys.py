"""The keys that sign checkpoints: private halves in a file of the sealer, public halves in the database.

The file is PEM (PKCS #8), as ``openssl pkey`` reads it: the key that signs, and after it, from a rollover to the first
checkpoint under both keys, the one before. Neither the web server nor a worker ever reads it.
"""

import contextlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from modelops.lib import env
from modelops.lib.errors import Conflict, Unavailable

from ..actor import Actor
from ..ledger import record
from .audit_events import KEY_CREATED, KEY_ROTATED
from .models import CheckpointKey
from .note import PublicKey, public_key
from .reasons import KeyReason
from .sizes import sealed_size

VARIABLE = "MODELOPS_CHECKPOINT_KEY_FILE"
_END = "-----END PRIVATE KEY-----\n"


class KeyFileRefused(Unavailable):
    """The file cannot be used; nothing is signed before it can."""

    code = "checkpoint_key.unusable"


def key_file() -> Path:
    """Where the private key lies. Only the sealer's commands ask. Raises KeyFileRefused when nothing names it."""
    given = env.text(VARIABLE, "")
    if given:
        return Path(given)
    if settings.PRODUCTION:
        raise KeyFileRefused(
            f"{VARIABLE} is not set. Name a file that only the sealer's account can read, and make the key once: "
            "manage.py audit_key create",
            code="checkpoint_key.not_configured",
        )
    return Path(settings.MODELOPS_HOME) / "keys" / "checkpoint.key"


def read_keys(path: Path) -> list[Ed25519PrivateKey]:
    """The signing key and, during a rollover, the one before. Raises KeyFileRefused."""
    try:
        mode = path.stat().st_mode & 0o777
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise KeyFileRefused(
            f"There is no checkpoint key at {path}. Make one: manage.py audit_key create", code="checkpoint_key.missing"
        ) from None
    except (OSError, UnicodeDecodeError):
        raise KeyFileRefused(f"The checkpoint key {path} cannot be read by this account.") from None
    if mode & 0o077:
        raise KeyFileRefused(
            f"{path} has mode {mode:o}; others can read it. Run chmod 600 {path}, and rotate the key if somebody may "
            "have read it: manage.py audit_key rotate",
            code="checkpoint_key.readable_by_others",
        )
    keys = []
    for block in text.split(_END)[:-1]:
        with contextlib.suppress(ValueError, TypeError):
            keys.append(load_pem_private_key((block + _END).encode(), password=None))
    found = [key for key in keys if isinstance(key, Ed25519PrivateKey)]
    if not found or len(found) != text.count("-----BEGIN") or len(found) > 2:
        raise KeyFileRefused(f"{path} does not hold one or two Ed25519 keys in PEM; restore it from your copy.")
    return found


def write_keys(path: Path, keys: Sequence[Ed25519PrivateKey]) -> None:
    """Replace the file, readable by its owner alone, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # mkstemp makes it 0600
    with os.fdopen(handle, "wb") as stream:
        for key in keys:
            stream.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        stream.flush()
        os.fsync(stream.fileno())
    Path(name).replace(path)


def origin() -> str:
    """The name of this log in its checkpoints: that of its first key, for ever; before, the portal's address."""
    first = CheckpointKey.objects.order_by("created_at").values_list("name", flat=True).first()
    return first or f"{urlsplit(settings.MODELOPS_BASE_URL).netloc}/audit-log"


def require_known(keys: Sequence[Ed25519PrivateKey]) -> list[PublicKey]:
    """The public halves. Raises KeyFileRefused for a key that was never announced."""
    name = origin()
    found = [public_key(name, key) for key in keys]
    known = set(CheckpointKey.objects.values_list("key_id", flat=True))
    for key in found:
        if key.key_id not in known:
            raise KeyFileRefused(
                f"The checkpoint key {key.key_id} was never announced in the audit log. Put the right file back, or "
                "announce a new key: manage.py audit_key rotate",
                code="checkpoint_key.unknown",
            )
    return found


@transaction.atomic
def create_key(path: Path, *, actor: Actor) -> PublicKey:
    """Make the first key of this log. Raises Conflict when there is one already, in the file or in the database."""
    if path.exists():
        raise Conflict(
            f"{path} exists already. To replace it: manage.py audit_key rotate", code="checkpoint_key.exists"
        )
    if CheckpointKey.objects.exists():
        raise Conflict(
            f"This log has been signed before, and {path} is missing. Bring the file back from your copy; if it is "
            "lost: manage.py audit_key rotate --lost",
            code="checkpoint_key.lost",
        )
    private = Ed25519PrivateKey.generate()
    key = public_key(origin(), private)
    _announce(key)
    record(KEY_CREATED, _target(key), actor=actor, key_id=key.key_id, public_key=key.text)
    write_keys(path, [private])
    return key


@transaction.atomic
def rotate_key(path: Path, reason: KeyReason, *, is_lost: bool = False, actor: Actor) -> PublicKey:
    """Make a new key and announce it; the next checkpoint is signed by both, later ones by the new one alone.

    With ``is_lost`` the old key cannot sign any more, and nothing but the ledger's row ties the new one to it. Raises
    Conflict before a checkpoint under both keys is anchored: a third key could not continue what the first has signed.
    """
    old = [] if is_lost else read_keys(path)
    if len(old) > 1:
        raise Conflict(
            "The last change of the key is not finished: no checkpoint under both keys is anchored yet. Wait a minute "
            "while the sealer works, and try again.",
            code="checkpoint_key.rollover",
        )
    require_known(old)
    private = Ed25519PrivateKey.generate()
    key = public_key(origin(), private)
    last = CheckpointKey.objects.filter(retired_at=None).order_by("-created_at").first()
    CheckpointKey.objects.filter(retired_at=None).update(retired_at=timezone.now())
    _announce(key)
    record(
        KEY_ROTATED,
        _target(key),
        actor=actor,
        key_id=key.key_id,
        public_key=key.text,
        old_key_id=last.key_id if last else "none",
        reason=reason.value,
    )
    write_keys(path, [private, *old])
    return key


def _announce(key: PublicKey) -> None:
    CheckpointKey.objects.create(key_id=key.key_id, name=key.name, public_key=key.raw, from_size=sealed_size())


def _target(key: PublicKey) -> tuple[str, str]:
    return "audit_sealing.checkpointkey", key.key_id
