"""From an alert to its messages: who is told now, who later, who not, and why; each decision has a row."""

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from monitoring.alerts.channels import channels
from monitoring.alerts.policy.matching import facts, matches
from monitoring.alerts.policy.quiet import quiet_until
from monitoring.models.alert_policy import AlertSilence
from monitoring.models.alert_records import AlertDecision, Verdict
from monitoring.models.alerts import Alert, AlertChannel, AlertDelivery, DeliveryState, Severity

from .doorbell import ring_after_commit

# An alert that opens so often within an hour comes and goes: more messages would say nothing new.
FLAPS, FLAPS_WITHIN = 5, timedelta(hours=1)
OPENED, RESOLVED = "opened", "resolved"
_LOCK_SPACE = 0x6D6F_6167


def notify(alert: Alert, event: str, *, alone: bool = False) -> int:
    """Write the messages of an occasion in the transaction of the alert: what is committed will be sent.

    ``alone`` is for what waits for no other alert: reminders. Returns how many channels get a message of its own.
    """
    with connection.cursor() as cursor:  # two alerts of one group at once make one message, not two
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_SPACE, alert.group])
    held = _held(alert)
    if held is not None:
        verdict, reason = held
        decide(alert, event, verdict, reason)
        return 0
    severity = Severity(alert.severity)
    taking = list(AlertChannel.objects.filter(enabled=True, is_direct=True, minimum_severity__in=severity.and_milder()))
    if not taking:
        decide(alert, event, Verdict.NOBODY, f"No channel that is on takes {severity.label.lower()} alerts.")
        return 0
    why = f"takes {severity.label.lower()} alerts"
    return sum(tell(alert, channel, event, why=f"{channel.name} {why}", alone=alone) for channel in taking)


def _held(alert: Alert) -> tuple[Verdict, str] | None:
    now = timezone.now()
    if alert.snoozed_until is not None and alert.snoozed_until > now:
        return Verdict.SNOOZED, f"Snoozed until {alert.snoozed_until:%Y-%m-%d %H:%M} UTC."
    if (silence := silence_of(alert)) is not None:
        if silence.while_matchers:
            return Verdict.INHIBITED, f"While another alert is open: {silence.reason}"
        return Verdict.SILENCED, f"Until {silence.ends_at:%Y-%m-%d %H:%M} UTC: {silence.reason}"
    opened = Alert.objects.filter(key=alert.key, opened_at__gt=now - FLAPS_WITHIN).count()
    if opened > FLAPS:
        return Verdict.FLAPPING, f"It opened {opened} times within an hour; it is told again when it stays."
    return None


def silence_of(alert: Alert) -> AlertSilence | None:
    """The silence that holds the alert now, if any."""
    now = timezone.now()
    seen = facts(alert)
    for silence in AlertSilence.objects.filter(starts_at__lte=now, ends_at__gt=now):
        if not matches(silence.matchers, seen):
            continue
        if not silence.while_matchers:
            return silence
        others = Alert.objects.live().exclude(pk=alert.pk).select_related("rule").order_by("-id")[:1000]
        if any(matches(silence.while_matchers, facts(other)) for other in others):
            return silence
    return None


def tell(alert: Alert, channel: AlertChannel, event: str, *, why: str, alone: bool = False) -> bool:
    """Write the message for one channel, or leave it to the message of the group; whether one was written."""
    now = timezone.now()
    severity = Severity(alert.severity)
    wait = 0 if severity == Severity.CRITICAL else settings.MODELOPS_ALERT_GROUP_WAIT_S
    at = now + timedelta(seconds=0 if alone else wait)
    told = None if alone else _told_lately(alert, channel)
    if told is not None and Severity(told.severity).rank >= severity.rank:
        if told.state == DeliveryState.PENDING and told.attempts == 0:
            decide(alert, event, Verdict.GROUPED, f"In one message with others of {alert.group}.", channel)
            return False
        at = max(at, told.created_at + timedelta(seconds=channel.window_s))
        why = f"{why}; others of {alert.group} were told shortly before"
    verdict, reason = Verdict.SENT, f"{why}."
    if (end := quiet_until(channel, severity, at)) is not None:
        verdict, reason, at = Verdict.QUIET, f"{why}; quiet hours end {end:%Y-%m-%d %H:%M} UTC.", end
    _, is_new = AlertDelivery.objects.get_or_create(
        alert=alert,
        channel=channel,
        event=event,
        defaults={"next_attempt_at": at, "group": alert.group, "severity": alert.severity, "why": why[:300]},
    )
    if is_new:
        decide(alert, event, verdict, reason, channel)
        ring_after_commit()
    return is_new


def tell_end(alert: Alert) -> int:
    """Tell the end of an alert to receivers that keep an incident open for it; people see it in the inbox."""
    kinds = [key for key, kind in channels.items() if kind.keeps_incidents]
    told = AlertDelivery.objects.filter(alert=alert, channel__enabled=True, channel__kind__in=kinds)
    rows = [
        AlertDelivery(
            alert=alert,
            channel_id=channel,
            event=RESOLVED,
            next_attempt_at=timezone.now(),
            severity=alert.severity,
            why="the alert is over",
        )
        for channel in told.order_by().values_list("channel", flat=True).distinct()
    ]
    AlertDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        ring_after_commit()
    return len(rows)


def _told_lately(alert: Alert, channel: AlertChannel) -> AlertDelivery | None:
    """The newest message of the group within the channel's window, locked: it cannot be sent before this commits."""
    since = timezone.now() - timedelta(seconds=channel.window_s)
    lately = AlertDelivery.objects.filter(channel=channel, group=alert.group, alert__isnull=False)
    newest = lately.exclude(alert=alert).order_by("-id").select_for_update(of=("self",)).first()
    if newest is None or not newest.severity:
        return None
    is_waiting = newest.state == DeliveryState.PENDING and newest.attempts == 0
    return newest if is_waiting or newest.created_at > since else None


def decide(
    alert: Alert, event: str, verdict: Verdict, reason: str, channel: AlertChannel | None = None
) -> AlertDecision:
    """Keep why the alert was told, or was not."""
    return AlertDecision.objects.create(
        alert=alert, channel=channel, event=event, verdict=verdict, reason=reason[:300], decided_at=timezone.now()
    )
