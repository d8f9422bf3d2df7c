"""Channels that cost money send so many messages in a month and no more."""

from django.utils import timezone

from compliance.audit import Actor
from monitoring.alerts.channels import Channel, DeliveryFailed
from monitoring.models.alert_records import DeliveryAttempt
from monitoring.models.alerts import AlertDelivery, Severity

from .opening import raise_alert

_PORTAL = Actor.system("alerts")


def refuse_over_cap(delivery: AlertDelivery, channel: Channel) -> None:
    """Raise DeliveryFailed once the month's messages are used up; the first time an alert says so in the inbox."""
    cap = channel.monthly_cap()
    if cap is None:
        return
    month = timezone.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    tried = DeliveryAttempt.objects.filter(delivery__channel=delivery.channel_id, began_at__gte=month)
    used = tried.exclude(claim=delivery.claim).exclude(reason__startswith=_REASON).count()
    if used < cap:
        return
    name = delivery.channel.name
    raise_alert(
        f"cap:{delivery.channel_id}:{month:%Y-%m}",
        f"The channel {name} has used up its {cap} messages of this month",
        body="Nothing more is sent through it until the next month. Raise the cap by a new channel, or use another.",
        severity=Severity.MEDIUM,
        actor=_PORTAL,
    )
    raise DeliveryFailed(f"{_REASON} of {cap} messages is used up.", permanent=True)


_REASON = "The channel's monthly cap"
