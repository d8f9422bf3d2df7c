"""From the first sign of trouble to its end: opening, repeating, acknowledging and resolving alerts."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid
from monitoring.alerts import audit_events as events
from monitoring.alerts.policy.grouping import group_of
from monitoring.models.alert_rules import AlertRule
from monitoring.models.alerts import LIVE, Alert, AlertOccurrence, AlertState, Severity

from .notify import OPENED, notify, tell_end

KEY_LIMIT, TITLE_LIMIT, BODY_LIMIT = 250, 200, 4000


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


@transaction.atomic
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
    if not key or len(key) > KEY_LIMIT:
        raise Invalid(f"An alert needs a key of 1 to {KEY_LIMIT} characters.", code="alert.invalid", field="key")
    if not title.strip():
        raise Invalid("An alert needs a title.", code="alert.invalid", field="title")
    for _ in range(3):
        try:
            with transaction.atomic():
                words = _short(title, TITLE_LIMIT), _short(body, BODY_LIMIT)
                return _raise(key, words, severity, source, about or About(), actor)
        except IntegrityError:
            # Somebody opened the same alert, or reported the same source, at the same moment: the next round finds it.
            continue
    raise Conflict("The alert changed at the same moment; report it again.", code="alert.conflict")


def _raise(
    key: str, words: tuple[str, str], severity: Severity, source: Source | None, about: About, actor: Actor
) -> Alert:
    title, body = words
    if source is not None:
        known = AlertOccurrence.objects.filter(source_type=source.type, source_id=source.id).select_related("alert")
        if (occurrence := known.first()) is not None:
            return occurrence.alert
    now = timezone.now()
    alert = Alert.objects.select_for_update().filter(key=key, state__in=LIVE).first()
    if alert is None:
        alert = Alert(key=key, title=title, body=body, severity=severity, opened_at=now, last_seen_at=now)
        alert.group = (about.group or group_of(key))[:KEY_LIMIT]
        _refer(alert, source)
        _describe(alert, about)
        alert.save(force_insert=True)
        record(events.ALERT_OPENED, alert, actor=actor, severity=severity.value, title=title, key=key)
        notify(alert, OPENED)
    else:
        worse = severity.rank > Severity(alert.severity).rank
        alert.count = F("count") + 1
        alert.last_seen_at, alert.title, alert.body = now, title, body
        _refer(alert, source)
        _describe(alert, about)
        if worse:
            alert.severity = severity
            alert.snoozed_until = None
            record(events.ALERT_ESCALATED, alert, actor=actor, title=title, severity=severity.value)
            notify(alert, f"escalated-{severity.value}")
        alert.save()
        alert.refresh_from_db()
    if source is not None:
        AlertOccurrence.objects.create(alert=alert, source_type=source.type, source_id=source.id, seen_at=now)
    return alert


def _refer(alert: Alert, source: Source | None) -> None:
    alert.source_type, alert.source_id = (source.type, source.id) if source else ("", None)


def _describe(alert: Alert, about: About) -> None:
    alert.details = dict(about.details)
    alert.runbook_url = about.runbook_url or alert.runbook_url
    alert.rule = about.rule or alert.rule


@transaction.atomic
def acknowledge(alert: Alert, *, actor: Actor) -> Alert:
    """Somebody looks after it. Repeats are still counted; acknowledging twice keeps the first."""
    alert = locked(alert)
    if alert.state == AlertState.RESOLVED:
        raise Conflict("The alert is resolved; there is nothing left to acknowledge.", code="alert.resolved")
    if alert.state == AlertState.OPEN:
        alert.state, alert.acknowledged_at = AlertState.ACKNOWLEDGED, timezone.now()
        alert.acknowledged_by_id = account_of(actor)
        alert.save(update_fields=["state", "acknowledged_at", "acknowledged_by"])
        record(events.ALERT_ACKNOWLEDGED, alert, actor=actor, title=alert.title)
    return alert


@transaction.atomic
def resolve(alert: Alert, *, actor: Actor) -> Alert:
    """The trouble is over. When it comes back, a new alert opens; resolving twice keeps the first."""
    alert = locked(alert)
    if alert.state != AlertState.RESOLVED:
        alert.state, alert.resolved_at = AlertState.RESOLVED, timezone.now()
        alert.resolved_by_id = account_of(actor)
        alert.save(update_fields=["state", "resolved_at", "resolved_by"])
        record(events.ALERT_RESOLVED, alert, actor=actor, title=alert.title)
        tell_end(alert)
    return alert


def locked(alert: Alert) -> Alert:
    """The alert as it is now; nobody else changes it before this transaction ends."""
    return Alert.objects.select_for_update(of=("self",)).get(pk=alert.pk)


def account_of(actor: Actor) -> uuid.UUID | None:
    """The account behind an actor; None for a part of the portal."""
    return uuid.UUID(actor.ref) if actor.kind in {"user", "service"} and actor.ref else None


def _short(text: str, limit: int) -> str:
    text = text.strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"
