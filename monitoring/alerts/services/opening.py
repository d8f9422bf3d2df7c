"""From a sign of trouble to an alert: opening it, or counting it up. One sign or ten thousand go the same way."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid
from monitoring.alerts import audit_events as events
from monitoring.alerts.policy.grouping import group_of
from monitoring.models.alert_rules import AlertRule
from monitoring.models.alerts import LIVE, Alert, AlertOccurrence, Severity

from .notify import OPENED, notify, notify_all

KEY_LIMIT, TITLE_LIMIT, BODY_LIMIT = 250, 200, 4000
_ROUNDS = 5
_AT_ONCE = 1000
_LOCK = 0x6D6F_6261
_REPEATED = (
    "count", "last_seen_at", "title", "body", "severity", "snoozed_until", "source_type", "source_id", "details",
    "runbook_url", "rule",
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """What an alert is about, as opaque reference: model label in lower case and id."""

    type: str
    id: uuid.UUID


@dataclass(frozen=True)
class About:
    """What else is known when an alert is raised; ``group`` is made from the key when it is empty."""

    group: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    runbook_url: str = ""
    rule: AlertRule | None = None


@dataclass(frozen=True)
class Sign:
    """One sign of trouble. Title and body hold names, numbers and states; never personal values."""

    key: str
    title: str
    severity: Severity
    body: str = ""
    source: Source | None = None
    about: About = field(default_factory=About)

    def check(self) -> None:
        """Raise Invalid for what can be no alert."""
        if not self.key or len(self.key) > KEY_LIMIT:
            raise Invalid(f"An alert needs a key of 1 to {KEY_LIMIT} characters.", code="alert.invalid", field="key")
        if not self.title.strip():
            raise Invalid("An alert needs a title.", code="alert.invalid", field="title")

    def new_alert(self, now: datetime) -> Alert:
        """The alert that it opens, not stored yet."""
        alert = Alert(key=self.key, opened_at=now, group=(self.about.group or group_of(self.key))[:KEY_LIMIT])
        alert.severity = self.severity
        self.describe(alert, now)
        return alert

    def repeat(self, alert: Alert, now: datetime) -> None:
        """Count it up; a sign that is worse than what is known wakes it."""
        alert.count += 1
        self.describe(alert, now)
        if self.severity.rank > Severity(alert.severity).rank:
            alert.severity, alert.snoozed_until = self.severity, None

    def describe(self, alert: Alert, now: datetime) -> None:
        """Let the alert say what the newest sign says."""
        alert.last_seen_at = now
        alert.title, alert.body = _short(self.title, TITLE_LIMIT), _short(self.body, BODY_LIMIT)
        alert.source_type, alert.source_id = (self.source.type, self.source.id) if self.source else ("", None)
        alert.details = dict(self.about.details)
        alert.runbook_url = self.about.runbook_url or alert.runbook_url
        alert.rule = self.about.rule or alert.rule


def raise_alert(
    key: str,
    title: str,
    *,
    severity: Severity,
    actor: Actor,
    body: str = "",
    source: Source | None = None,
    about: About | None = None,
) -> Alert:
    """Open an alert, or count it up when one with this key is open or acknowledged.

    A repeat sends no second message, unless it is more severe than what was told. A ``source`` counts once, however
    often it is reported. Title and body hold names, numbers and states; never personal values.
    """
    (alert,) = raise_alerts([Sign(key, title, severity, body, source, about or About())], actor=actor)
    return alert


@transaction.atomic
def raise_alerts(signs: Sequence[Sign], *, actor: Actor) -> list[Alert]:
    """Raise many at once, as `raise_alert` does one after the other: all of them, or none. One alert for each sign.

    What they have in common is asked and written once, so that a storm is absorbed quickly. Among signs of one group
    the worst is told and stands for the others.
    """
    for sign in signs:
        sign.check()
    if len(signs) > 1:
        # Alerts are locked before groups, and those of one batch at a time: no two can wait for each other.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    for _ in range(_ROUNDS):
        try:
            with transaction.atomic():
                return _raise(signs, actor)
        except IntegrityError:
            # Somebody opened the same alert, or reported the same source, at the same moment: the next round finds it.
            continue
    raise Conflict("The alert changed at the same moment; report it again.", code="alert.conflict")


def _raise(signs: Sequence[Sign], actor: Actor) -> list[Alert]:
    now = timezone.now()
    known = _known_sources(signs)
    live = _live({sign.key for sign in signs if sign.source not in known})
    before = {key: alert.severity for key, alert in live.items()}
    found: list[Alert] = []
    occurrences: list[AlertOccurrence] = []
    for sign in signs:
        if sign.source is not None and sign.source in known:
            found.append(known[sign.source])
            continue
        alert = live.get(sign.key)
        if alert is None:
            alert = live[sign.key] = sign.new_alert(now)
        else:
            sign.repeat(alert, now)
        found.append(alert)
        if sign.source is not None:
            known[sign.source] = alert
            occurrences.append(
                AlertOccurrence(alert=alert, source_type=sign.source.type, source_id=sign.source.id, seen_at=now)
            )
    opened = [alert for key, alert in sorted(live.items()) if key not in before]
    repeated = [alert for key, alert in sorted(live.items()) if key in before]
    _open(opened, actor)
    _repeat(repeated, [alert for alert in repeated if alert.severity != before[alert.key]], actor)
    AlertOccurrence.objects.bulk_create(occurrences, batch_size=_AT_ONCE)
    return found


def _open(opened: Sequence[Alert], actor: Actor) -> None:
    Alert.objects.bulk_create(opened, batch_size=_AT_ONCE)
    for alert in opened:
        severity = str(alert.severity)
        record(events.ALERT_OPENED, alert, actor=actor, severity=severity, title=alert.title, key=alert.key)
    notify_all(opened, OPENED, new=True)


def _repeat(repeated: Sequence[Alert], worse: Sequence[Alert], actor: Actor) -> None:
    if len(repeated) == 1:
        repeated[0].save(update_fields=_REPEATED)
    else:
        Alert.objects.bulk_update(repeated, _REPEATED, batch_size=_AT_ONCE // 10)
    for alert in worse:
        severity = str(alert.severity)
        record(events.ALERT_ESCALATED, alert, actor=actor, title=alert.title, severity=severity)
        notify(alert, f"escalated-{severity}")


def _live(keys: Iterable[str]) -> dict[str, Alert]:
    """Alerts that are open or acknowledged, locked."""
    rows = Alert.objects.filter(key__in=list(keys), state__in=LIVE).select_related("rule").order_by("key")
    return {alert.key: alert for alert in rows.select_for_update(of=("self",))}


def _known_sources(signs: Iterable[Sign]) -> dict[Source, Alert]:
    """Alerts of those sources that made one before."""
    by_type: dict[str, set[uuid.UUID]] = {}
    for sign in signs:
        if sign.source is not None:
            by_type.setdefault(sign.source.type, set()).add(sign.source.id)
    if not by_type:
        return {}
    any_of = Q()
    for name, ids in by_type.items():
        any_of |= Q(source_type=name, source_id__in=ids)
    rows = AlertOccurrence.objects.filter(any_of).select_related("alert")
    return {Source(row.source_type, row.source_id): row.alert for row in rows}


def _short(text: str, limit: int) -> str:
    text = text.strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"
