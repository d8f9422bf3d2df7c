"""The ledger of erasures outside the database: what has to be erased again when an older backup is restored.

One file an erasure, sealed by the key ring, in a folder that is backed up apart from the database. An entry names the
person, for nothing else leads to them in a database of yesterday; it goes when no backup is left that is older than
the erasure.
"""

import datetime as dt
import json
import os
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import timezone

from modelops.crypto import envelope
from modelops.crypto.errors import DecryptionFailed, UnknownKey
from modelops.crypto.purposes import Purpose
from modelops.lib.errors import Unavailable

from ..models import ErasurePlan
from ..providers import Subject

_ENDING: Final = ".erasure"


@dataclass(frozen=True, slots=True)
class Entry:
    """One erasure that every restored database has to follow."""

    plan: uuid.UUID
    reference: str
    at: dt.datetime
    subject: Subject
    kept: frozenset[str]


def folder() -> Path:
    """Where the entries lie."""
    return Path(settings.MODELOPS_ERASURE_LEDGER)


def remember(plan: ErasurePlan, subject: Subject) -> None:
    """Write the entry durably, or do nothing where it stands already. Raises Unavailable: nothing is erased then."""
    target = folder() / f"{plan.pk}{_ENDING}"
    if target.exists():
        return
    said = {
        "reference": plan.request.reference,
        "at": timezone.now().isoformat(),
        "email": subject.email,
        "ref": subject.ref,
        "accounts": sorted(str(each) for each in subject.account_ids),
        "kept": sorted(set(plan.steps.filter(state="held").values_list("provider", flat=True))),
    }
    sealed = envelope.seal(json.dumps(said).encode(), purpose=Purpose.FIELD, context=_context(plan.pk))
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
        descriptor = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise Unavailable(
            f"The ledger of erasures cannot be written: {error.strerror}. Nothing was erased; make "
            "MODELOPS_ERASURE_LEDGER a folder that the workers can write to.",
            code="erasure.ledger_unavailable",
        ) from None


def entries() -> Iterator[Entry]:
    """Every entry, oldest first. Raises Unavailable for one that cannot be opened: a restore must not pass over it."""
    for path in sorted(folder().glob(f"*{_ENDING}")):
        plan = uuid.UUID(path.stem)
        try:
            said = json.loads(envelope.unseal(path.read_bytes(), purpose=Purpose.FIELD, context=_context(plan)))
        except (DecryptionFailed, UnknownKey, OSError, ValueError):
            raise Unavailable(
                f"The entry {path.name} of the ledger of erasures cannot be opened. Restore the keys that sealed it "
                "before you go on.",
                code="erasure.ledger_unreadable",
            ) from None
        yield Entry(
            plan,
            said["reference"],
            dt.datetime.fromisoformat(said["at"]),
            Subject(said["email"], said["ref"], frozenset(uuid.UUID(each) for each in said["accounts"])),
            frozenset(said["kept"]),
        )


def is_used() -> bool:
    """Whether anybody was erased that a restore could bring back."""
    return any(folder().glob(f"*{_ENDING}"))


def forget_old() -> int:
    """Remove entries older than every backup; returns how many."""
    oldest = timezone.now() - dt.timedelta(days=settings.MODELOPS_BACKUPS_KEPT_DAYS)
    old = [entry for entry in entries() if entry.at < oldest]
    for entry in old:
        (folder() / f"{entry.plan}{_ENDING}").unlink(missing_ok=True)
    return len(old)


def _context(plan: uuid.UUID) -> bytes:
    return f"subjects.erasure:{plan}".encode()
