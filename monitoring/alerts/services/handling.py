"""What people do with an alert besides acknowledging it: putting it off, taking it over, writing beside it."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid
from monitoring.alerts import audit_events as events
from monitoring.models.alert_records import AlertComment
from monitoring.models.alerts import Alert, AlertState

from .lifecycle import account_of, locked

LONGEST_SNOOZE = timedelta(days=30)
LONGEST_COMMENT = 2000


@transaction.atomic
def snooze(alert: Alert, until: datetime, *, actor: Actor) -> Alert:
    """Send nothing about the alert until then; if it is still open, it is told again. A rise in severity wakes it."""
    now = timezone.now()
    if not now < until <= now + LONGEST_SNOOZE:
        raise Invalid(
            f"An alert is snoozed until a time within the next {LONGEST_SNOOZE.days} days.",
            code="alert.bad_snooze",
            field="until",
        )
    alert = _live(alert)
    alert.snoozed_until = until
    alert.save(update_fields=["snoozed_until"])
    record(events.ALERT_SNOOZED, alert, actor=actor, title=alert.title, until=until.isoformat(timespec="minutes"))
    return alert


@transaction.atomic
def take_over(alert: Alert, owner: Any, *, actor: Actor) -> Alert:
    """Say who looks after the alert; ``owner`` None gives it back to all."""
    alert = _live(alert)
    if owner is not None and not (owner.is_active and owner.has_perm("monitoring.change_alert")):
        raise Invalid(
            "This account may not change alerts; name somebody who may.", code="alert.bad_owner", field="owner"
        )
    before = alert.owner_id
    alert.owner = owner
    alert.save(update_fields=["owner"])
    if before != alert.owner_id:
        record(events.ALERT_OWNED, alert, actor=actor, title=alert.title, owner=str(alert.owner_id or "nobody"))
    return alert


@transaction.atomic
def comment(alert: Alert, text: str, *, actor: Actor) -> AlertComment:
    """Write beside an alert. The text stands in a row of its own, so that it can go with its author's data."""
    text = text.strip()
    if not 1 <= len(text) <= LONGEST_COMMENT:
        raise Invalid(
            f"A comment has 1 to {LONGEST_COMMENT} characters; this one has {len(text)}.",
            code="alert.bad_comment",
            field="text",
        )
    alert = locked(alert)
    author: uuid.UUID | None = account_of(actor)
    made = AlertComment.objects.create(alert=alert, author_id=author, text=text, created_at=timezone.now())
    record(events.ALERT_COMMENTED, alert, actor=actor, title=alert.title)
    return made


def _live(alert: Alert) -> Alert:
    alert = locked(alert)
    if alert.state == AlertState.RESOLVED:
        raise Conflict("The alert is resolved; there is nothing left to look after.", code="alert.resolved")
    return alert
