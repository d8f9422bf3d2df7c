"""Sends what is due: many receivers at once, so that one that hangs holds up nobody but itself."""

import logging
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from monitoring.models.alerts import DUE, AlertDelivery

from .attempts import Attempt, Outcome, begin_attempts, prepare
from .settling import settle, settle_all
from .stale import bring_back, give_up_stale

logger = logging.getLogger(__name__)

SENDERS = 64
# A receiver that hangs may hold two senders, never all of them.
PER_CHANNEL = 2
# So many are claimed and prepared together: fewer waits for the disk, and the first need not wait for the last.
AT_ONCE = 16
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
                attempts = _prepared(claim_some(min(AT_ONCE, SENDERS - len(under_way)), busy))
                if not attempts:
                    break
                for attempt in attempts:
                    busy[attempt.channel_id] += 1
                    under_way[senders.submit(attempt.perform)] = attempt
            if not under_way:
                return made
            done, _ = wait(under_way, timeout=LOOK_AGAIN_S, return_when=FIRST_COMPLETED)
            ended = [(under_way.pop(future), future.result()) for future in done]
            for attempt, _ in ended:
                busy[attempt.channel_id] -= 1
            _settle(ended)
            made += len(ended)


@transaction.atomic
def claim_some(most: int, busy: Mapping[uuid.UUID, int]) -> list[AlertDelivery]:
    """Take those that wait longest, of each channel no more than it may have under way; nobody else can take them."""
    full = [channel for channel, number in busy.items() if number >= PER_CHANNEL]
    waiting = _due().exclude(channel_id__in=full).order_by("next_attempt_at")
    rows = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("alert", "channel")[:most]
    under_way = Counter(busy)
    taken = []
    for delivery in rows:
        under_way[delivery.channel_id] += 1
        if under_way[delivery.channel_id] <= PER_CHANNEL:
            taken.append(delivery)
    begin_attempts(taken)
    return taken


@transaction.atomic
def _prepared(deliveries: Sequence[AlertDelivery]) -> list[Attempt]:
    # After their claims are committed: a message that takes the dispatcher with it has still been tried.
    return [prepare(delivery) for delivery in deliveries]


def _settle(ended: Sequence[tuple[Attempt, Outcome]]) -> None:
    """Write the outcomes together; where one cannot be written, each for itself, so that it takes no other with it."""
    if not ended:
        return
    try:
        settle_all(ended)
    except (OperationalError, InterfaceError):
        raise
    except DatabaseError:
        for attempt, outcome in ended:
            try:
                settle(attempt, outcome)
            except DatabaseError:
                # It stays claimed, and is tried again when its time is over.
                logger.exception("The outcome of the delivery %s could not be written", attempt.delivery_id)
