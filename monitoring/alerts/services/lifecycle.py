"""What becomes of an alert that is open: acknowledging and resolving it."""

import uuid

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict
from monitoring.alerts import audit_events as events
from monitoring.models.alerts import Alert, AlertState

from .notify import tell_end


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
