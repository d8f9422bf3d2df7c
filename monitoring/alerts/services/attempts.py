"""One attempt to deliver: claimed in its row, prepared with everything it needs, sent without touching the database."""

import logging
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils import timezone

from modelops.lib.errors import DomainError
from monitoring.alerts.channels import Channel, DeliveryFailed, Message, Receipt
from monitoring.alerts.recipients import addressed
from monitoring.models.alert_records import DeliveryAttempt
from monitoring.models.alerts import AlertDelivery, DeliveryState

from .cap import refuse_over_cap
from .messages import message_of
from .receivers import open_channel

logger = logging.getLogger(__name__)


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
        channel = addressed(open_channel(delivery.channel))
        refuse_over_cap(delivery, channel)
    except DeliveryFailed as nobody:
        channel, failure = None, nobody
    except DomainError as refusal:
        failure = DeliveryFailed(str(refusal))
    except ValueError:
        failure = DeliveryFailed("The settings of the channel cannot be read.")
    assert delivery.claim is not None  # noqa: S101  for the type checker: only claimed deliveries come here
    return Attempt(delivery.pk, delivery.channel_id, delivery.claim, message_of(delivery), channel, failure)


def begin_attempts(deliveries: Sequence[AlertDelivery]) -> None:
    """Take deliveries: each row names its attempt, and the attempt has a row before anything is sent."""
    if not deliveries:
        return
    now = timezone.now()
    for delivery in deliveries:
        delivery.state = DeliveryState.SENDING
        delivery.claim, delivery.claimed_at = uuid.uuid4(), now
        delivery.attempts += 1
    AlertDelivery.objects.bulk_update(deliveries, ["state", "claim", "claimed_at", "attempts"])
    earlier = DeliveryAttempt.objects.filter(delivery__in=[one.pk for one in deliveries]).order_by()
    numbers = dict(earlier.values_list("delivery").annotate(number=Count("pk")))
    DeliveryAttempt.objects.bulk_create(
        [
            DeliveryAttempt(delivery=one, number=numbers.get(one.pk, 0) + 1, claim=one.claim, began_at=now)
            for one in deliveries
        ]
    )
