"""What a delivery says: the alert, the others of its group, why it was sent, and what can be done from it."""

from django.conf import settings
from django.urls import reverse

from monitoring.alerts.channels import Message, channels
from monitoring.alerts.links import links_of
from monitoring.alerts.wording.texts import worded
from monitoring.models.alert_records import AlertDecision, Verdict
from monitoring.models.alerts import Alert, AlertDelivery, Severity

from .notify import DIGEST

TEST = "test"
NAMED = 5
LISTED = 200


def message_of(delivery: AlertDelivery) -> Message:
    """What the channel is asked to say, in its own words where it has some."""
    channel = delivery.channel
    said = _message_of(delivery)
    if not channel.texts or channel.kind not in channels:
        return said
    return worded(said, channels.get(channel.kind), channel.texts, channel=channel.name)


def _message_of(delivery: AlertDelivery) -> Message:
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
    if delivery.event.startswith(DIGEST):
        return _digest(delivery)
    others, titles = _others(delivery)
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
        group=alert.group,
        others=others,
        other_titles=tuple(titles),
        why=delivery.why,
        runbook_url=alert.runbook_url,
        details=alert.details,
        links=links_of(delivery) if alert.is_live else (),
    )


def _digest(delivery: AlertDelivery) -> Message:
    """All alerts that were left to this message, the worst first."""
    joined = AlertDecision.objects.filter(
        channel=delivery.channel_id, event__startswith=DIGEST, decided_at__gte=delivery.created_at
    )
    later = AlertDelivery.objects.filter(channel=delivery.channel_id, event__startswith=DIGEST, pk__gt=delivery.pk)
    if (following := later.order_by("pk").first()) is not None:
        joined = joined.filter(decided_at__lt=following.created_at)
    rows = Alert.objects.filter(pk__in=joined.order_by().values("alert"))
    number = rows.count()
    worst_first = sorted(rows.order_by("-pk")[:LISTED], key=lambda one: -Severity(one.severity).rank)
    lines = [f"[{one.severity}] {one.title} ({one.state}, {one.count}×)" for one in worst_first]
    if number > LISTED:
        lines.append(f"and {number - LISTED} more")
    return Message(
        delivery_id=str(delivery.pk),
        event="alert.digest",
        alert_id="",
        key="",
        title=f"{number} {'alert' if number == 1 else 'alerts'} since {delivery.created_at:%Y-%m-%d %H:%M} UTC",
        body="\n".join(lines),
        severity=delivery.severity,
        state="digest",
        count=number,
        opened_at=delivery.created_at,
        url=settings.MODELOPS_BASE_URL.rstrip("/") + reverse("monitoring:alert-list"),
        why=delivery.why,
    )


def _others(delivery: AlertDelivery) -> tuple[int, list[str]]:
    """How many further alerts were left to this message, and the titles of the newest."""
    joined = AlertDecision.objects.filter(
        channel=delivery.channel_id,
        verdict=Verdict.GROUPED,
        alert__group=delivery.group,
        decided_at__gte=delivery.created_at,
    ).exclude(alert=delivery.alert_id)
    if not delivery.group or not (number := joined.order_by().values("alert").distinct().count()):
        return 0, []
    return number, list(dict.fromkeys(joined.order_by("-id").values_list("alert__title", flat=True)[:NAMED]))
