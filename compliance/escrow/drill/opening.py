"""The steps of a rehearsal, in the process that has the restored database and no root key."""

import hmac
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from compliance.audit.models import AuditEvent
from modelops.crypto import envelope
from modelops.crypto.discovery import encrypted_tables
from modelops.crypto.escrow.backup_file import BackupKey
from modelops.crypto.escrow.ring import BackupRootKey
from modelops.crypto.fields import SealedColumn
from modelops.crypto.keyring import keyring
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.protected import sealed_fields
from modelops.crypto.providers import provider_instead
from modelops.crypto.services import fingerprint_of

from .result import DrillFailed
from .samples import samples


def rehearse(
    keys: Mapping[uuid.UUID, BackupKey], answer: dict[str, Any], *, backup_made_at: datetime, max_age: timedelta
) -> None:
    """Prove that ``keys`` open the restored database and the stored files; ``answer`` collects what was proven.

    Raises DrillFailed, or the DomainError of what does not open.
    """
    require_this_release()
    require_recent(answer, max_age)
    _compare_rings(keys, answer)
    with provider_instead(BackupRootKey(keys)):
        keyring.forget()
        answer["values_opened"] = _open_fields() + _open_columns()
        answer["said"].append(f"{answer['values_opened']} sealed fields and encrypted columns open, one row of each")
        opened = [(sample.label, sample.open()) for sample in samples()]
    answer["samples"] = [label for label, line in opened if line]
    answer["said"] += [f"{label}: {line}" for label, line in opened if line]
    if not answer["samples"]:
        raise DrillFailed(
            "The dump names no stored file, so nothing could be shown to come back. "
            "Upload a model first, make a new dump and repeat the drill.",
            code="drill.nothing_to_open",
        )


def require_this_release() -> None:
    """Refuse a dump of an older release. Raises DrillFailed."""
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        raise DrillFailed(
            f"The dump was made by an older release: it lacks {len(pending)} migration(s). "
            "Repeat the drill with the release that made the dump, or with a new dump.",
            code="drill.old_release",
        )


def require_recent(answer: dict[str, Any], max_age: timedelta) -> None:
    """Refuse a dump that is too old, or none of a portal; ``answer`` gets when it ends. Raises DrillFailed."""
    newest = AuditEvent.objects.order_by("-recorded_at").values_list("recorded_at", flat=True).first()
    if newest is None:
        raise DrillFailed("The dump holds no audit log, so it is none of a portal that was used.", code="drill.empty")
    answer["dump_ends_at"] = newest.isoformat()
    age = timezone.now() - newest
    if age > max_age:
        raise DrillFailed(
            f"The dump is old: its last entry is of {newest:%Y-%m-%d %H:%M} UTC, {age.days} days ago, and at most "
            f"{max_age.days} are allowed. Everything since would be lost; make a new dump (or allow more with "
            "--max-age DAYS).",
            code="drill.dump_too_old",
        )
    answer["said"].append(f"the dump is restored; its last entry is of {newest:%Y-%m-%d %H:%M} UTC")


def _compare_rings(keys: Mapping[uuid.UUID, BackupKey], answer: dict[str, Any]) -> None:
    """The backup must hold every key of the dump, and the dump must know every key of the backup."""
    rows = {row.pk: row for row in KeyVersion.objects.all()}
    missing = [row for row in rows.values() if row.state != KeyState.DESTROYED and row.pk not in keys]
    if missing:
        names = ", ".join(f"{row} ({row.pk})" for row in missing)
        raise DrillFailed(
            f"The backup lacks {len(missing)} key(s) of the dump: {names}. What they protect would be lost; make a new "
            "backup: keys backup",
            code="drill.key_missing",
        )
    unknown = [key for key in keys.values() if key.id not in rows]
    if unknown:
        names = ", ".join(f"{key.purpose} v{key.version}" for key in unknown)
        raise DrillFailed(
            f"The dump is older than the backup: it does not know {names}. Make a new dump.",
            code="drill.dump_too_old",
        )
    for key in keys.values():
        known = rows[key.id].fingerprint
        if known and not hmac.compare_digest(known, fingerprint_of(key.material)):
            raise DrillFailed(
                f"The key {key.purpose} v{key.version} of the backup is not the one of the dump.",
                code="drill.key_differs",
            )
    answer["keys_opened"] = len(keys)
    answer["said"].append(f"the backup holds all {len(keys)} keys of the ring")


def _open_fields() -> int:
    opened = 0
    for field in sealed_fields():
        if isinstance(field.model_class()._meta.get_field(field.field), SealedColumn):
            rows = field.model_class()._base_manager.exclude(**{f"{field.field}__isnull": True})
            opened += len(rows[:1])  # such a column opens by being read
            continue
        row = field.model_class()._base_manager.exclude(**{field.field: b""}).exclude(**{field.field: None}).first()
        if row is not None:
            envelope.unseal(bytes(getattr(row, field.field)), purpose=field.purpose, context=field.context(row))
            opened += 1
    return opened


def _open_columns() -> int:
    opened = 0
    for table in encrypted_tables():
        for field in table.fields:
            rows = table.model._base_manager.exclude(**{f"{field.name}__isnull": True}).values_list(field.name)
            opened += len(rows[:1])
    return opened
