"""One delivery: its message, one attempt, and what the outcome makes of the row."""

import logging
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, DomainError
from monitoring.alerts import audit_events as events
from monitoring.alerts.backoff import MAX_ATTEMPTS, wait_after
from monitoring.alerts.channels import Channel, DeliveryFailed, Message, Receipt
from monitoring.alerts.recipients import without_unconfirmed
from monitoring.models.alert_records import AttemptState, DeliveryAttempt
from monitoring.models.alerts import DUE, AlertChannel, AlertDelivery, DeliveryState

from .cap import refuse_over_cap
from .doorbell import ring_after_commit
from .messages import TEST, message_of
from .receivers import note_answer, open_channel

logger = logging.getLogger(__name__)

DISPATCHER = Actor.system("alerts")
# Half an hour and a third by `wait_after`, or the hour that a receiver may ask for.
NO_WAIT_IS_LONGER = timedelta(hours=1)
MASK = "•••"


@dataclass(frozen=True)
class Outcome:
    """What an attempt came to: a receipt, or the reason why there is none."""

    latency_ms: int
    receipt: Receipt | None = None
    failure: DeliveryFailed | None = None


@dataclass(frozen=True)
class Attempt:
    """A claimed delivery with everything that a thread needs to send it without touching the database."""

    delivery_id: uuid.UUID
    channel_id: uuid.UUID
    claim: uuid.UUID
    message: Message
    channel: Channel | None
    failure: DeliveryFailed | None = None

    def perform(self) -> Outcome:
        """Send; never raises, because every outcome belongs into the row."""
        if self.channel is None:
            return Outcome(0, failure=self.failure)
        began = time.monotonic()
        try:
            receipt, failure = self.channel.send(self.message), None
        except DeliveryFailed as fault:
            receipt, failure = None, fault
        except Exception:  # a fault of one kind of channel must not stop the others
            logger.exception("The delivery %s met an unexpected error", self.delivery_id)
            receipt, failure = (
                None,
                DeliveryFailed("An unexpected error stopped the delivery; the log has the details."),
            )
        return Outcome(round((time.monotonic() - began) * 1000), receipt, failure)


def prepare(delivery: AlertDelivery) -> Attempt:
    """Open the channel's settings and write the message of a claimed delivery."""
    channel, failure = None, None
    try:
        channel = without_unconfirmed(open_channel(delivery.channel))
        refuse_over_cap(delivery, channel)
    except DeliveryFailed as nobody:
        channel, failure = None, nobody
    except DomainError as refusal:
        failure = DeliveryFailed(str(refusal))
    except ValueError:
        failure = DeliveryFailed("The settings of the channel cannot be read.")
    assert delivery.claim is not None  # noqa: S101  for the type checker: only claimed deliveries come here
    return Attempt(delivery.pk, delivery.channel_id, delivery.claim, message_of(delivery), channel, failure)


@transaction.atomic
def settle(attempt: Attempt, outcome: Outcome, *, actor: Actor = DISPATCHER) -> AlertDelivery | None:
    """Write the outcome; None when the attempt was given up for dead meanwhile and another one runs."""
    mine = AlertDelivery.objects.select_for_update(of=("self",)).select_related("alert", "channel")
    delivery = mine.filter(pk=attempt.delivery_id, claim=attempt.claim, state=DeliveryState.SENDING).first()
    if delivery is None:
        return None
    now = timezone.now()
    secrets = attempt.channel.secrets() if attempt.channel else []
    delivery.last_latency_ms = outcome.latency_ms
    delivery.claim = delivery.next_attempt_at = None
    if outcome.receipt is not None:
        delivery.state, delivery.delivered_at = DeliveryState.DELIVERED, now
        delivery.last_code, delivery.last_reason = outcome.receipt.code, ""
        delivery.last_answer = _masked(outcome.receipt.answer, secrets)[:1024]
        AlertChannel.objects.filter(pk=delivery.channel_id).update(verified_at=now)
    else:
        _settle_failure(delivery, outcome.failure, secrets)
    delivery.save()
    _keep_attempt(attempt.claim, delivery)
    _tell(delivery, actor)
    note_answer(delivery.channel, delivery.last_code, arrived=outcome.receipt is not None, actor=actor)
    return delivery


def _keep_attempt(claim: uuid.UUID, delivery: AlertDelivery) -> None:
    arrived = delivery.state == DeliveryState.DELIVERED
    DeliveryAttempt.objects.filter(claim=claim).update(
        state=AttemptState.DELIVERED if arrived else AttemptState.FAILED,
        latency_ms=delivery.last_latency_ms,
        code=delivery.last_code,
        reason=delivery.last_reason,
        answer=delivery.last_answer,
    )


def begin_attempt(delivery: AlertDelivery) -> None:
    """Take a delivery: its row names the attempt, and the attempt has a row before anything is sent."""
    delivery.state = DeliveryState.SENDING
    delivery.claim, delivery.claimed_at = uuid.uuid4(), timezone.now()
    delivery.attempts += 1
    delivery.save(update_fields=["state", "claim", "claimed_at", "attempts"])
    number = DeliveryAttempt.objects.filter(delivery=delivery).count() + 1
    DeliveryAttempt.objects.create(delivery=delivery, number=number, claim=delivery.claim, began_at=delivery.claimed_at)


def _settle_failure(delivery: AlertDelivery, failure: DeliveryFailed | None, secrets: list[str]) -> None:
    assert failure is not None  # noqa: S101  for the type checker: no receipt means a failure
    delivery.last_code = failure.code
    delivery.last_reason = _masked(failure.reason, secrets)[:300]
    delivery.last_answer = _masked(failure.answer, secrets)[:1024]
    if failure.permanent or delivery.event == TEST or delivery.attempts >= MAX_ATTEMPTS:
        delivery.state = DeliveryState.DEAD
    else:
        delivery.state = DeliveryState.FAILED
        wait = wait_after(delivery.attempts, retry_after_s=failure.retry_after_s)
        delivery.next_attempt_at = timezone.now() + wait


def _tell(delivery: AlertDelivery, actor: Actor) -> None:
    name = delivery.channel.name
    outcome = "success" if delivery.state == DeliveryState.DELIVERED else "failure"
    if delivery.event == TEST:
        result = "arrived" if outcome == "success" else "failed"
        record(events.CHANNEL_TESTED, delivery.channel, actor=actor, outcome=outcome, name=name, result=result)
        return
    event = {
        DeliveryState.DELIVERED: events.DELIVERY_SUCCEEDED,
        DeliveryState.FAILED: events.DELIVERY_FAILED,
        DeliveryState.DEAD: events.DELIVERY_ABANDONED,
    }[DeliveryState(delivery.state)]
    record(
        event,
        delivery.alert,
        actor=actor,
        outcome=outcome,
        channel=name,
        occasion=delivery.event,
        attempt=delivery.attempts,
        code=delivery.last_code,
    )


def _masked(text: str, secrets: list[str]) -> str:
    """A receiver may echo what it got; secrets of the channel are not kept outside their seal."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) > 3:
            text = text.replace(secret, MASK)
    return text


def send_test(channel: AlertChannel, *, actor: Actor) -> AlertDelivery:
    """Send a test message now, through a channel that may be switched off, and return its delivery.

    It takes up to ten seconds and runs outside a transaction: no lock is held while a receiver thinks.
    """
    with transaction.atomic():
        delivery = AlertDelivery(channel=channel, event=TEST, next_attempt_at=timezone.now())
        delivery.save(force_insert=True)
        begin_attempt(delivery)
    attempt = prepare(delivery)
    return settle(attempt, attempt.perform(), actor=actor) or delivery


def give_up_stale(older_than: timedelta) -> int:
    """Deliveries whose sender died are due again: they may arrive twice, under the same id, but never not at all.

    A test message, and a message that took its sender with it at every attempt, is given up.
    """
    now = timezone.now()
    silent = Q(claimed_at__lt=now - older_than) | Q(claimed_at__gt=now + older_than)  # the clock was set back
    stale = AlertDelivery.objects.filter(silent, state=DeliveryState.SENDING)
    hopeless = Q(alert__isnull=True) | Q(attempts__gte=MAX_ATTEMPTS)
    reason = "The portal stopped while sending."
    DeliveryAttempt.objects.filter(claim__in=stale.values("claim"), state=AttemptState.SENDING).update(
        state=AttemptState.LOST, reason=reason
    )
    given_up = stale.filter(hopeless).update(state=DeliveryState.DEAD, claim=None, last_reason=reason)
    return given_up + stale.update(state=DeliveryState.FAILED, claim=None, next_attempt_at=now, last_reason=reason)


def bring_back() -> int:
    """Make due what waits for a time further ahead than any wait: the clock was set back. Returns how many."""
    now = timezone.now()
    ahead = AlertDelivery.objects.filter(state__in=DUE, next_attempt_at__gt=now + 2 * NO_WAIT_IS_LONGER)
    return ahead.update(next_attempt_at=now)


@transaction.atomic
def send_again(delivery: AlertDelivery, *, actor: Actor) -> AlertDelivery:
    """Send what was given up once more, under the same id. Raises Conflict for what is on its way or has arrived."""
    delivery = (
        AlertDelivery.objects.select_for_update(of=("self",)).select_related("alert", "channel").get(pk=delivery.pk)
    )
    if delivery.state not in {DeliveryState.DEAD, DeliveryState.FAILED} or delivery.alert is None:
        raise Conflict(
            f"The delivery is {delivery.get_state_display().lower()}; only what failed can be sent again.",
            code="delivery.not_failed",
        )
    if not delivery.channel.enabled:
        raise Conflict(f"The channel {delivery.channel.name} is off; switch it on first.", code="channel.off")
    delivery.state, delivery.attempts, delivery.next_attempt_at = DeliveryState.PENDING, 0, timezone.now()
    delivery.save(update_fields=["state", "attempts", "next_attempt_at"])
    record(events.DELIVERY_REQUEUED, delivery.alert, actor=actor, channel=delivery.channel.name)
    ring_after_commit()
    return delivery
