"""Sending rows on, in order, from where each receiver stands.

One process at a time sends to a receiver. The cursor moves once a batch is taken; a crash between the two sends the
same batch again under the same key, so a receiver that heeds it, or the numbers of the rows, has every row once.
"""

import hashlib
import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from modelops.crypto import envelope
from modelops.crypto.purposes import Purpose
from modelops.lib.errors import DomainError

from ..actor import Actor
from ..canonical import canonical_json
from ..exporting.rows import rows
from ..exporting.selection import Selection
from ..ledger import record
from ..sealing.sizes import sealed_rows
from ..vocabulary.rendering import one_line
from .audit_events import RECEIVER_FAILED, RECEIVER_RECOVERED
from .models import LONGEST_WAIT_S, Receiver
from .sinks import Batch, NotTaken, Sink, sinks

logger = logging.getLogger(__name__)

STREAMER: Final = Actor.system("audit stream")
FIRST_WAIT_S: Final = 5


def deliver(receiver: Receiver, *, budget_s: float = 20.0) -> int:
    """Send what waits, batch by batch, for about ``budget_s``; returns how many rows were taken.

    Does nothing while another process sends to the same receiver.
    """
    ends = time.monotonic() + budget_s
    taken = 0
    with alone(receiver) as is_alone:
        while is_alone and (taken == 0 or time.monotonic() < ends):
            found = Receiver.objects.filter(pk=receiver.pk, is_paused=False).first()
            if found is None:  # paused, or ended for good, meanwhile
                break
            receiver = found
            batch = _next_batch(receiver)
            if batch is None:
                break
            try:
                open_sink(receiver).send(batch)
            except (NotTaken, DomainError) as refusal:  # a key that is missing is an outage too
                _failed(receiver, str(refusal))
                break
            _taken(receiver, batch)
            taken += len(batch.lines)
    return taken


def open_sink(receiver: Receiver) -> Sink:
    """The receiver with its secret. Raises KeysUnavailable, DecryptionFailed."""
    secret = ""
    if receiver.sealed_secret is not None:
        sealed = bytes(receiver.sealed_secret)
        secret = envelope.unseal(sealed, purpose=Purpose.FIELD, context=receiver.seal_context).decode()
    return sinks.get(receiver.kind)(receiver.options, secret, name=receiver.name)


def batch_of(receiver: Receiver, first: int, end: int) -> Batch:
    """The rows from ``first`` to before ``end`` as the receiver wants them; one that is gone is told as null."""
    leaves = []
    lines = []
    found = {row.index: row.text for row in rows(Selection(), end, first)}
    for index in range(first, end):
        text = found.get(index)
        leaf = None if text is None else json.loads(text)
        leaves.append(leaf)
        missing = canonical_json({"event": None, "index": index})
        lines.append(missing if leaf is None else one_line(receiver.form, leaf, index))
    return Batch(str(receiver.pk), receiver.form, first, end, leaves, lines)


def _next_batch(receiver: Receiver) -> Batch | None:
    """What is to be sent now; its end is written down before it leaves."""
    if receiver.batch_end is None:
        end = min(receiver.cursor + receiver.batch_rows, sealed_rows())
        if end <= receiver.cursor:
            return None
        Receiver.objects.filter(pk=receiver.pk, batch_end=None).update(batch_end=end)
        receiver.batch_end = end
    return batch_of(receiver, receiver.cursor, receiver.batch_end)


@transaction.atomic
def _taken(receiver: Receiver, batch: Batch) -> None:
    was_failing = receiver.failing_since is not None
    moved = Receiver.objects.filter(pk=receiver.pk, cursor=batch.first, batch_end=batch.end).update(
        cursor=batch.end,
        batch_end=None,
        failures=0,
        failing_since=None,
        last_error="",
        delivered_at=timezone.now(),
        due_at=timezone.now(),
    )
    if moved and was_failing:
        record(RECEIVER_RECOVERED, receiver, actor=STREAMER, name=receiver.name, cursor=batch.first)


@transaction.atomic
def _failed(receiver: Receiver, reason: str) -> None:
    now = timezone.now()
    wait = timedelta(seconds=min(FIRST_WAIT_S * 2 ** min(receiver.failures, 10), LONGEST_WAIT_S))
    noted = Receiver.objects.filter(pk=receiver.pk).update(
        failures=receiver.failures + 1,
        failing_since=receiver.failing_since or now,
        last_error=reason[:300],
        due_at=now + wait,
    )
    if noted and receiver.failing_since is None:
        logger.warning("The audit stream %s does not get through: %s", receiver.name, reason)
        record(RECEIVER_FAILED, receiver, actor=STREAMER, outcome="failure", name=receiver.name, cursor=receiver.cursor)


def lock_key(receiver: Receiver) -> int:
    """The number of the lock that whoever sends to the receiver holds."""
    return int.from_bytes(hashlib.sha256(receiver.seal_context).digest()[:8], "big", signed=True)


@contextmanager
def alone(receiver: Receiver) -> Iterator[bool]:
    """Whether nobody else sends to the receiver; a lock of the session, which ends with a process that is killed.

    A lock on the row would need a transaction, and a long one holds up the sealing of all rows after it.
    """
    key = lock_key(receiver)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        is_alone = bool(cursor.fetchone()[0])
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
