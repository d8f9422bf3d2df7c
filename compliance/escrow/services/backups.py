"""Making a backup file: written once, readable by its owner alone, recorded in the same transaction."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor
from compliance.audit.ledger import record
from compliance.escrow.audit_events import BACKUP_MADE
from compliance.escrow.models import KeyBackup
from modelops.crypto.escrow import Recipient, seal_backup
from modelops.crypto.escrow.ring import keys_to_back_up
from modelops.crypto.providers import configured_provider
from modelops.lib.errors import Conflict, Invalid


@dataclass(frozen=True)
class Backup:
    """A file that was written, and its row."""

    path: Path
    row: KeyBackup


@transaction.atomic
def make_backup(recipients: Sequence[Recipient], path: Path, *, actor: Actor) -> Backup:
    """Write the ring's keys to the new file ``path``, for each of ``recipients``.

    Raises Conflict when the file is there already, Invalid when it cannot be made, KeysUnavailable when a key does not
    unwrap: a backup that lacks a key is none.
    """
    made_at = timezone.now()
    root_key_id = configured_provider().key_id
    keys = keys_to_back_up()
    content = seal_backup(keys, recipients, made_at=made_at, root_key_id=root_key_id)
    row = KeyBackup.objects.create(
        made_at=made_at,
        sha256=hashlib.sha256(content).hexdigest(),
        key_ids=[str(key.id) for key in keys],
        recipients=[{"kind": recipient.kind, "fingerprint": recipient.fingerprint} for recipient in recipients],
        root_key_id=root_key_id,
    )
    record(
        BACKUP_MADE,
        row,
        actor=actor,
        keys=len(keys),
        recipients=len(recipients),
        sha256=row.sha256,
        fingerprints=[recipient.fingerprint for recipient in recipients],
    )
    _write_new(path, content)
    return Backup(path, row)


def _write_new(path: Path, content: bytes) -> None:
    """The whole file, safe on the disk, or none."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise Conflict(
            f"{path} exists already, and a backup never overwrites a file. Choose another name.",
            code="backup.file_exists",
        ) from None
    except OSError as error:
        raise Invalid(f"{path} cannot be written: {error.strerror}.", code="backup.not_written") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise Invalid(f"{path} cannot be written: {error.strerror}.", code="backup.not_written") from None
