"""What people do with a delivery: sending a test, and sending once more what was given up."""

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict
from monitoring.alerts import audit_events as events
from monitoring.models.alerts import AlertChannel, AlertDelivery, DeliveryState

from .attempts import begin_attempts, prepare
from .doorbell import ring_after_commit
from .messages import TEST
from .settling import settle


def send_test(channel: AlertChannel, *, actor: Actor) -> AlertDelivery:
    """Send a test message now, through a channel that may be switched off, and return its delivery.

    It takes up to ten seconds and runs outside a transaction: no lock is held while a receiver thinks.
    """
    with transaction.atomic():
        delivery = AlertDelivery(channel=channel, event=TEST, next_attempt_at=timezone.now())
        delivery.save(force_insert=True)
        begin_attempts([delivery])
    attempt = prepare(delivery)
    return settle(attempt, attempt.perform(), actor=actor) or delivery


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
