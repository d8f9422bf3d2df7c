"""A sealed dump each day, by the clock: made once after the hour, kept so many and so long, and never overwritten."""

import datetime as dt
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from compliance.audit import Actor
from compliance.audit.ledger import record
from compliance.escrow.audit_events import DUMP_REMOVED
from modelops.crypto.escrow import Recipient, load_recipient
from modelops.lib.errors import DomainError, Invalid

from .making import Made, make_dump

logger = logging.getLogger(__name__)
CLOCK: Final = Actor.system("backup")
_NAME: Final = re.compile(r"portal-(\d{4}-\d{2}-\d{2})\.dump")
_LOCK: Final = 7_316_402_215


def is_on() -> bool:
    """Whether a folder is set in which dumps are to lie."""
    return bool(settings.MODELOPS_BACKUP_FOLDER)


def back_up() -> Made | None:
    """Today's dump, unless it is there, too early or being made; then the old ones go. Safe to run at any time.

    Without a dump nothing is removed, and what went wrong stands in the log: the control of its age tells people.
    """
    now = timezone.now()
    if not is_on() or now.hour < settings.MODELOPS_BACKUP_HOUR:
        return None
    folder = Path(settings.MODELOPS_BACKUP_FOLDER)
    path = folder / f"portal-{now:%Y-%m-%d}.dump"
    with _alone() as first:
        if not first or path.exists():
            return None
        try:
            made = make_dump(_recipients(), path, actor=CLOCK)
        except DomainError as error:
            logger.error("The database was not backed up (%s): %s", error.code, error)
            return None
        _remove_old(folder, now.date())
    return made


def kept(folder: Path) -> list[tuple[dt.date, Path]]:
    """Dumps of the clock, the newest first; other files of the folder are nobody's business here."""
    found = [(match[1], path) for path in folder.iterdir() if (match := _NAME.fullmatch(path.name))]
    return sorted(((dt.date.fromisoformat(day), path) for day, path in found), reverse=True)


def _remove_old(folder: Path, today: dt.date) -> None:
    oldest = today - dt.timedelta(days=settings.MODELOPS_BACKUPS_KEPT_DAYS)
    for place, (day, path) in enumerate(kept(folder)):
        if place and (place >= settings.MODELOPS_BACKUP_COUNT or day < oldest):
            with transaction.atomic():
                record(DUMP_REMOVED, None, actor=CLOCK, day=f"{day:%Y-%m-%d}", bytes=path.stat().st_size)
                path.unlink(missing_ok=True)


def _recipients() -> list[Recipient]:
    files = settings.MODELOPS_BACKUP_RECIPIENTS
    if not files:
        raise Invalid(
            "MODELOPS_BACKUP_FOLDER is set, and MODELOPS_BACKUP_RECIPIENTS names no public key.",
            code="backup.no_recipient",
        )
    try:
        return [load_recipient(Path(file).read_bytes(), file) for file in files]
    except OSError as error:
        raise Invalid(f"{error.filename} cannot be read: {error.strerror}.", code="recipient.unreadable") from None


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else is at it. A dump can take hours: the lock is the session's, not a transaction's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        (first,) = cursor.fetchone()
    try:
        yield first
    finally:
        if first:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
