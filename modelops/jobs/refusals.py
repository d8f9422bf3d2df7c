"""Messages of the queue that nobody here sent: they do nothing but leave a row in the ledger."""

import logging
import re
import time
from typing import Final

from django.db import DatabaseError, transaction

from compliance.audit import Actor, record

from .audit_events import MESSAGE_REFUSED

logger = logging.getLogger(__name__)
# A flood of messages must not become a flood of rows: a process writes this many a minute; the log counts the rest.
ROWS_A_MINUTE: Final = 60
_PLAIN: Final = re.compile(r"[^A-Za-z0-9_.\-]")
_written: list[float] = []


def note_refusal(reason: str, task: str) -> None:
    """Record that a message was not acted on. The refusal stands also when the ledger cannot be written."""
    task = _PLAIN.sub("?", task)[:100]
    now = time.monotonic()
    _written[:] = [moment for moment in _written if moment > now - 60]
    if len(_written) >= ROWS_A_MINUTE:
        logger.warning("A message was refused (%s): %s", reason, task)
        return
    _written.append(now)
    try:
        with transaction.atomic():
            record(MESSAGE_REFUSED, None, actor=Actor.anonymous(), outcome="denied", reason=reason, task=task)
    except DatabaseError:
        logger.error("A refused message could not be recorded (%s): %s", reason, task)
