"""The file of a key backup: one JSON object, described byte by byte in docs/reference/key-backup-format.md.

A random file key seals the ring's keys under XAES-256-GCM; the file key is wrapped for each recipient. Everything but
the sealed part is the header. It holds no secret, and it is authenticated as a whole, so that neither recipients nor
dates nor key ids can be edited.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag

from modelops.crypto import xaes
from modelops.lib.errors import Invalid

from .recipients import Identity, Recipient, WrongIdentity

FORMAT = "modelops key backup 1"
_COMMITMENT = b"modelops key backup 1 commitment"
_LARGEST_FILE = 64 * 2**20


@dataclass(frozen=True)
class BackupKey:
    """One key of the ring; ``material`` is never shown."""

    id: uuid.UUID
    purpose: str
    version: int
    state: str
    material: bytes = field(repr=False)


@dataclass(frozen=True)
class OpenedBackup:
    """What a backup holds."""

    made_at: datetime
    root_key_id: str
    keys: dict[uuid.UUID, BackupKey]


def seal_backup(
    keys: Iterable[BackupKey], recipients: Sequence[Recipient], *, made_at: datetime, root_key_id: str
) -> bytes:
    """The content of a backup file that each of ``recipients`` can open by itself."""
    if not recipients:
        raise Invalid("A backup needs at least one recipient.", code="recipient.missing")
    kept = list(keys)
    file_key = os.urandom(32)
    header: dict[str, Any] = {
        "format": FORMAT,
        "made_at": made_at.isoformat(),
        "root_key_id": root_key_id,
        "keys": [_public(key) for key in kept],
        "recipients": [
            {"kind": recipient.kind, "fingerprint": recipient.fingerprint, **recipient.wrap(file_key)}
            for recipient in recipients
        ],
        # XAES-256-GCM alone lets a file be made that opens differently under two keys.
        "commitment": hmac.new(file_key, _COMMITMENT, hashlib.sha256).hexdigest(),
    }
    secret = json.dumps({str(key.id): base64.b64encode(key.material).decode() for key in kept}).encode()
    sealed = xaes.seal(file_key, secret, _canonical(header))
    return json.dumps({**header, "sealed": base64.b64encode(sealed).decode()}, indent=1).encode() + b"\n"


def read_header(content: bytes) -> dict[str, Any]:
    """What everybody may see of a backup. Raises Invalid when it is none."""
    try:
        found = json.loads(content[:_LARGEST_FILE])
        if found["format"] != FORMAT or not isinstance(found["recipients"], list):
            raise ValueError("another format")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Invalid(f"The file is no key backup of the format {FORMAT!r}.", code="backup.unreadable") from None
    return dict(found)


def open_backup(content: bytes, identity: Identity) -> OpenedBackup:
    """The keys of a backup. Raises WrongIdentity when it was not made for ``identity``, Invalid when it is damaged."""
    found = read_header(content)
    entries = [entry for entry in found["recipients"] if entry.get("fingerprint") == identity.fingerprint]
    if not entries:
        made_for = ", ".join(str(entry.get("fingerprint"))[:16] for entry in found["recipients"])
        raise WrongIdentity(
            f"The identity {identity.fingerprint[:16]} is no recipient of this backup; it was made for {made_for}."
        )
    file_key = identity.unwrap(entries[0])
    try:
        sealed = base64.b64decode(found.pop("sealed"), validate=True)
        commitment = hmac.new(file_key, _COMMITMENT, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(commitment, found["commitment"]):
            raise ValueError("another key")
        material = json.loads(xaes.unseal(file_key, sealed, _canonical(found)))
        keys = [
            BackupKey(
                uuid.UUID(public["id"]),
                public["purpose"],
                public["version"],
                public["state"],
                base64.b64decode(material[public["id"]], validate=True),
            )
            for public in found["keys"]
        ]
        made_at = datetime.fromisoformat(found["made_at"])
    except (InvalidTag, ValueError, KeyError, TypeError, binascii.Error):
        raise Invalid("The backup is damaged; nothing of it is used.", code="backup.damaged") from None
    return OpenedBackup(made_at, str(found["root_key_id"]), {key.id: key for key in keys})


def _public(key: BackupKey) -> dict[str, Any]:
    return {"id": str(key.id), "purpose": key.purpose, "version": key.version, "state": key.state}


def _canonical(header: dict[str, Any]) -> bytes:
    return json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
