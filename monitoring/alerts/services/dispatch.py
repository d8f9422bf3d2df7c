"""Sends what is due: many receivers at once, so that one that hangs holds up nobody but itself."""

import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from monitoring.models.alerts import DUE, AlertDelivery

from .delivery import Attempt, Outcome, begin_attempt, bring_back, give_up_stale, prepare, settle

SENDERS = 64
# A receiver that hangs may hold two senders, never all of them.
PER_CHANNEL = 2
LOOK_AGAIN_S = 0.25
# Longer than any attempt can take (ten seconds), so that only dead senders are overtaken.
STALE_AFTER = timedelta(minutes=1)
# A run of the dispatcher takes nothing new after this, so that a worker is not held for ever; beat starts the next.
TAKES_FOR_S = 30.0
# An advisory lock of PostgreSQL that the server frees when the dispatcher's connection dies. The number is arbitrary.
_LOCK = 0x6D6F_616C


def deliver_due(takes_for_s: float = TAKES_FOR_S) -> int:
    """Send every delivery that is due and return how many attempts were made; 0 at once when a dispatcher runs.

    One dispatcher at a time: it looks for new deliveries while slow ones are under way, and a second one would only
    occupy another worker.
    """
    give_up_stale(STALE_AFTER)
    bring_back()
    stop_taking_at = time.monotonic() + takes_for_s
    made = 0
    # Looked at again after the lock is released: what came in between found the door shut.
    while time.monotonic() < stop_taking_at and _due().exists():
        with _only_dispatcher() as alone:
            sent = _dispatch(stop_taking_at) if alone else 0
        made += sent
        if not sent:
            break
    return made


def _due() -> Any:
    return AlertDelivery.objects.filter(state__in=DUE, next_attempt_at__lte=timezone.now())


@contextmanager
def _only_dispatcher() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        (alone,) = cursor.fetchone()
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _dispatch(stop_taking_at: float) -> int:
    """Claim, send and settle until nothing is due and nothing is under way. Only this thread uses the database."""
    under_way: dict[Future[Outcome], Attempt] = {}
    busy: Counter[uuid.UUID] = Counter()
    made = 0
    with ThreadPoolExecutor(SENDERS, thread_name_prefix="deliver") as senders:
        while True:
            while len(under_way) < SENDERS and time.monotonic() < stop_taking_at:
                delivery = claim_next(full=[channel for channel, number in busy.items() if number >= PER_CHANNEL])
                if delivery is None:
                    break
                attempt = prepare(delivery)
                busy[attempt.channel_id] += 1
                under_way[senders.submit(attempt.perform)] = attempt
            if not under_way:
                return made
            done, _ = wait(under_way, timeout=LOOK_AGAIN_S, return_when=FIRST_COMPLETED)
            for future in done:
                attempt = under_way.pop(future)
                busy[attempt.channel_id] -= 1
                settle(attempt, future.result())
                made += 1


@transaction.atomic
def claim_next(full: list[uuid.UUID]) -> AlertDelivery | None:
    """Take the delivery that waits longest, except for channels in ``full``; nobody else can take the same one."""
    waiting = _due().exclude(channel_id__in=full).order_by("next_attempt_at")
    delivery = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("alert", "channel").first()
    if delivery is None:
        return None
    begin_attempt(delivery)
    return delivery
