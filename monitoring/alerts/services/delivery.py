"""One delivery: its message, one attempt, and what the outcome makes of the row."""

import logging
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import DomainError
from monitoring.alerts import audit_events as events
from monitoring.alerts.backoff import MAX_ATTEMPTS, wait_after
from monitoring.alerts.channels import Channel, DeliveryFailed, Message, Receipt
from monitoring.alerts.recipients import without_unconfirmed
from monitoring.models.alerts import DUE, AlertChannel, AlertDelivery, DeliveryState, Severity

from .receivers import open_channel

logger = logging.getLogger(__name__)

DISPATCHER = Actor.system("alerts")
# Half an hour and a third by `wait_after`, or the hour that a receiver may ask for.
NO_WAIT_IS_LONGER = timedelta(hours=1)
TEST = "test"
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
    except DeliveryFailed as nobody:
        failure = nobody
    except DomainError as refusal:
        failure = DeliveryFailed(str(refusal))
    except ValueError:
        failure = DeliveryFailed("The settings of the channel cannot be read.")
    assert delivery.claim is not None  # noqa: S101  for the type checker: only claimed deliveries come here
    return Attempt(delivery.pk, delivery.channel_id, delivery.claim, message_of(delivery), channel, failure)


def message_of(delivery: AlertDelivery) -> Message:
    """What the channel is asked to say."""
    alert = delivery.alert
    if alert is None:
        return Message(
            delivery_id=str(delivery.pk),
            event="channel.test",
            alert_id="",
            key="",
            title="Test from the ModelOps portal",
            body=f"The channel {delivery.channel.name} works: this message reached you.",
            severity=Severity.INFO.value,
            state=TEST,
            count=1,
            opened_at=delivery.created_at,
            url="",
        )
    return Message(
        delivery_id=str(delivery.pk),
        event=f"alert.{delivery.event.partition('-')[0]}",
        alert_id=str(alert.pk),
        key=alert.key,
        title=alert.title,
        body=alert.body,
        severity=alert.severity,
        state=alert.state,
        count=alert.count,
        opened_at=alert.opened_at,
        url=settings.MODELOPS_BASE_URL.rstrip("/") + alert.get_absolute_url(),
        source_type=alert.source_type,
        source_id=str(alert.source_id or ""),
    )


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
    _tell(delivery, actor)
    return delivery


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
        delivery = AlertDelivery.objects.create(
            channel=channel,
            event=TEST,
            state=DeliveryState.SENDING,
            attempts=1,
            claim=uuid.uuid4(),
            claimed_at=timezone.now(),
        )
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
    given_up = stale.filter(hopeless).update(state=DeliveryState.DEAD, claim=None, last_reason=reason)
    return given_up + stale.update(state=DeliveryState.FAILED, claim=None, next_attempt_at=now, last_reason=reason)


def bring_back() -> int:
    """Make due what waits for a time further ahead than any wait: the clock was set back. Returns how many."""
    now = timezone.now()
    ahead = AlertDelivery.objects.filter(state__in=DUE, next_attempt_at__gt=now + 2 * NO_WAIT_IS_LONGER)
    return ahead.update(next_attempt_at=now)
