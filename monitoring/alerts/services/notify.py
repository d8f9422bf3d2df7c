"""From alerts to their messages: who is told now, who later, who not, and why; each decision has a row.

What many alerts of one occasion need is read once, and what is written is written together: a storm costs no more
statements than one alert does.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from monitoring.alerts.channels import channels
from monitoring.alerts.policy.quiet import digest_at, quiet_until
from monitoring.models.alert_records import AlertDecision, Verdict
from monitoring.models.alerts import Alert, AlertChannel, AlertDelivery, DeliveryState, Severity

from .doorbell import ring_after_commit
from .holding import Holds

OPENED, RESOLVED = "opened", "resolved"
DIGEST = "digest-"
_HEARD = (DeliveryState.DELIVERED.value, DeliveryState.SENDING.value)
_LOCK_SPACE = 0x6D6F_6167
_AT_ONCE = 1000
_NEWEST = """
    SELECT newest.id
    FROM unnest(%s::uuid[]) AS channel(id)
    CROSS JOIN unnest(%s::text[]) AS part(name)
    CROSS JOIN LATERAL (
        SELECT id FROM monitoring_alertdelivery
        WHERE channel_id = channel.id AND "group" = part.name AND alert_id IS NOT NULL
            AND alert_id IS DISTINCT FROM %s::uuid
        ORDER BY id DESC LIMIT 1
    ) AS newest
"""


def notify(alert: Alert, event: str, *, alone: bool = False) -> int:
    """Write the messages of an occasion in the transaction of the alert: what is committed will be sent.

    ``alone`` is for what waits for no other alert: reminders. Returns how many channels get a message of its own.
    """
    return notify_all([alert], event, alone=alone)


def notify_all(alerts: Sequence[Alert], event: str, *, alone: bool = False, new: bool = False) -> int:
    """Write the messages of one occasion of many alerts, as `notify` does for one.

    ``new`` says that none of them was there before this transaction, so nobody can have been told of any.
    """
    if not alerts:
        return 0
    _one_at_a_time({alert.group for alert in alerts})
    holds = Holds(alerts)
    telling = Telling(event)
    free: list[Alert] = []
    for alert in alerts:
        held = holds.held(alert)
        if held is None:
            free.append(alert)
        else:
            telling.decide(alert, *held)
    direct = list(AlertChannel.objects.filter(enabled=True, is_direct=True)) if free else []
    if not alone and direct:
        # An alert that told of itself before, as one that got worse, is compared with the others alone.
        itself = alerts[0] if len(alerts) == 1 and not new else None
        telling.look_back(direct, {alert.group for alert in free}, itself)
    # The worst first: the message of a group then stands for all that are milder.
    for alert in sorted(free, key=lambda one: -Severity(one.severity).rank):
        severity = Severity(alert.severity)
        taking = [one for one in direct if Severity(one.minimum_severity).rank <= severity.rank]
        if not taking:
            words = f"No channel that is on takes {severity.label.lower()} alerts."
            telling.decide(alert, Verdict.NOBODY, words)
        for channel in taking:
            telling.tell(alert, channel, f"{channel.name} takes {severity.label.lower()} alerts", alone=alone)
    return telling.write(new=new)


def tell(alert: Alert, channel: AlertChannel, event: str, *, why: str) -> bool:
    """Write a message of its own for one channel, unless the occasion was told already; whether one was written."""
    telling = Telling(event)
    telling.tell(alert, channel, why, alone=True)
    return telling.write(new=False) > 0


def _one_at_a_time(groups: Iterable[str]) -> None:
    """Two alerts of one group at once make one message, not two."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, part) FROM"
            " (SELECT DISTINCT hashtext(name) AS part FROM unnest(%s::text[]) AS name ORDER BY 1) AS parts",
            [_LOCK_SPACE, sorted(groups)],
        )


class Telling:
    """The messages and decisions of one occasion, before they are written."""

    def __init__(self, event: str) -> None:
        self.event = event
        self._now = timezone.now()
        self._told: dict[tuple[uuid.UUID, str], AlertDelivery] = {}
        self._digests: dict[uuid.UUID, AlertDelivery] = {}
        self._messages: list[tuple[AlertDelivery, AlertDecision]] = []
        self._decisions: list[AlertDecision] = []

    def look_back(self, direct: Sequence[AlertChannel], groups: set[str], itself: Alert | None) -> None:
        """Find the newest message of each group and channel, locked: it cannot be sent before this commits."""
        with connection.cursor() as cursor:
            cursor.execute(_NEWEST, [[one.pk for one in direct], sorted(groups), itself.pk if itself else None])
            found = [pk for (pk,) in cursor.fetchall()]
        if found:
            rows = AlertDelivery.objects.select_for_update(of=("self",)).filter(pk__in=found).order_by("pk")
            self._told = {(one.channel_id, one.group): one for one in rows if one.severity}
        if gathering := [one.pk for one in direct if one.digest_s]:
            _one_at_a_time({f"{DIGEST}{pk}" for pk in gathering})
            waiting = AlertDelivery.objects.filter(
                channel__in=gathering, event__startswith=DIGEST, state=DeliveryState.PENDING, attempts=0
            )
            self._digests = {one.channel_id: one for one in waiting.select_for_update(of=("self",)).order_by("pk")}

    def tell(self, alert: Alert, channel: AlertChannel, why: str, *, alone: bool) -> None:
        """Write the message for one channel, or leave it to the message of the group."""
        severity = Severity(alert.severity)
        if channel.digest_s and not alone and severity.rank < Severity(channel.quiet_below).rank:
            self._gather(alert, channel, why)
            return
        wait = 0 if alone or severity == Severity.CRITICAL else settings.MODELOPS_ALERT_GROUP_WAIT_S
        at = self._now + timedelta(seconds=wait)
        told = None if alone else self._told.get((channel.pk, alert.group))
        if told is not None and Severity(told.severity).rank >= severity.rank:
            if told.state == DeliveryState.PENDING and told.attempts == 0:
                self.decide(alert, Verdict.GROUPED, f"In one message with others of {alert.group}.", channel)
                return
            window_ends = told.created_at + timedelta(seconds=channel.window_s)
            if window_ends > self._now:
                at = max(at, window_ends)
                why = f"{why}; others of {alert.group} were told shortly before"
        verdict, reason = Verdict.SENT, f"{why}."
        if (end := quiet_until(channel, severity, at)) is not None:
            verdict, reason, at = Verdict.QUIET, f"{why}; quiet hours end {end:%Y-%m-%d %H:%M} UTC.", end
        message = AlertDelivery(
            alert=alert,
            channel=channel,
            event=self.event,
            next_attempt_at=at,
            group=alert.group,
            severity=alert.severity,
            why=why[:300],
        )
        self._messages.append((message, self._decision(alert, verdict, reason, channel)))
        if not alone:
            self._told[channel.pk, alert.group] = message

    def _gather(self, alert: Alert, channel: AlertChannel, why: str) -> None:
        """Leave the alert to the digest that is due next."""
        severity = Severity(alert.severity)
        digest = self._digests.get(channel.pk)
        event = f"{DIGEST}{self.event}"[:30]
        if digest is not None:
            if severity.rank > Severity(digest.severity).rank:
                digest.severity = severity.value
                if not digest._state.adding:
                    digest.save(update_fields=["severity"])
            reason = f"In the digest of {digest.next_attempt_at:%Y-%m-%d %H:%M} UTC."
            self._decisions.append(self._decision(alert, Verdict.GROUPED, reason, channel, event))
            return
        at = digest_at(channel, self._now)
        at = quiet_until(channel, severity, at) or at
        digest = AlertDelivery(
            alert=alert, channel=channel, event=event, next_attempt_at=at, severity=alert.severity, why=why[:300]
        )
        reason = f"{why}; in the digest of {at:%Y-%m-%d %H:%M} UTC."
        self._messages.append((digest, self._decision(alert, Verdict.SENT, reason, channel, event)))
        self._digests[channel.pk] = digest

    def decide(self, alert: Alert, verdict: Verdict, reason: str, channel: AlertChannel | None = None) -> None:
        """Keep why the alert is told, or is not."""
        self._decisions.append(self._decision(alert, verdict, reason, channel))

    def _decision(
        self, alert: Alert, verdict: Verdict, reason: str, channel: AlertChannel | None, event: str = ""
    ) -> AlertDecision:
        return AlertDecision(
            alert=alert,
            channel=channel,
            event=event or self.event,
            verdict=verdict,
            reason=reason[:300],
        )

    def write(self, *, new: bool) -> int:
        """Write all of it; returns how many messages. Callers hold the alerts locked, so no occasion is told twice."""
        messages = self._messages
        if messages and not new:
            of_these = {message.alert_id for message, _ in messages}
            events = {message.event for message, _ in messages}
            known = AlertDelivery.objects.filter(alert__in=of_these, event__in=events).order_by()
            told = set(known.values_list("alert", "channel", "event"))
            messages = [one for one in messages if (one[0].alert_id, one[0].channel_id, one[0].event) not in told]
        AlertDelivery.objects.bulk_create([message for message, _ in messages], batch_size=_AT_ONCE)
        decisions = [decision for _, decision in messages] + self._decisions
        for decision in decisions:
            decision.decided_at = timezone.now()  # not before the message that others of the group were left to
        AlertDecision.objects.bulk_create(decisions, batch_size=_AT_ONCE)
        if messages:
            ring_after_commit()
        return len(messages)


def tell_end(alert: Alert) -> int:
    """Tell the end of an alert to receivers that keep an incident open for it, and to those that have a text for it.

    Others see it in the inbox. Who has not heard of the alert yet needs no word of its end: the message that waits for
    them says that it is over.
    """
    kinds = [key for key, kind in channels.items() if kind.keeps_incidents]
    told = AlertDelivery.objects.filter(alert=alert, channel__enabled=True)
    heard = told.filter(state__in=_HEARD, channel__texts__has_key=RESOLVED).exclude(event__startswith=DIGEST)
    keeping = set(told.filter(channel__kind__in=kinds).order_by().values_list("channel", flat=True))
    receivers = AlertChannel.objects.filter(pk__in=keeping | set(heard.order_by().values_list("channel", flat=True)))
    now, severity = timezone.now(), Severity(alert.severity)
    rows = [
        AlertDelivery(
            alert=alert,
            channel=channel,
            event=RESOLVED,
            next_attempt_at=now if channel.pk in keeping else quiet_until(channel, severity, now) or now,
            severity=alert.severity,
            why="the alert is over",
        )
        for channel in receivers
    ]
    AlertDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        ring_after_commit()
    return len(rows)
