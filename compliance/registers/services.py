"""Every change of the registers."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.crypto.blind_index import blind_indexes
from modelops.lib.errors import Conflict, Invalid, NotFound

from . import audit_events as events
from .models import Breach, BreachState, Consent, Incident, LegalBasis, LogEntry, ProcessingActivity, RegisterItem
from .people import digest_of

COLUMN = "registers.consent.subject"


@transaction.atomic
def add_activity(given: dict[str, Any], *, actor: Actor) -> ProcessingActivity:
    """Add an activity with every field of Art. 30. Raises Conflict when the name is taken."""
    activity = ProcessingActivity(**given)
    try:
        with transaction.atomic():
            activity.save(force_insert=True)
    except IntegrityError:
        raise Conflict(f"There is an activity {activity.name!r} already; revise it.", code="activity.exists") from None
    record(events.ACTIVITY_ADDED, activity, actor=actor, basis=activity.basis)
    return activity


@transaction.atomic
def revise_activity(activity: ProcessingActivity, given: dict[str, Any], *, actor: Actor) -> ProcessingActivity:
    """Change an activity; the ledger tells that, and of which revision."""
    activity = ProcessingActivity.objects.select_for_update().get(pk=activity.pk)
    for name, value in given.items():
        if name != "name":
            setattr(activity, name, value)
    activity.revision += 1
    activity.changed_at = timezone.now()
    activity.save()
    record(events.ACTIVITY_REVISED, activity, actor=actor, revision=activity.revision, basis=activity.basis)
    return activity


@transaction.atomic
def give_consent(
    activity: ProcessingActivity, subject: str, *, text_version: str, source: str, actor: Actor
) -> Consent:
    """Record that a person agreed. Raises Invalid where the activity stands on another basis."""
    subject = _subject(subject)
    if activity.basis != LegalBasis.CONSENT:
        raise Invalid(
            f"{activity.name} stands on {activity.get_basis_display()} and not on consent; nothing is to be recorded.",
            code="consent.other_basis",
            field="activity",
        )
    consent = Consent(
        activity=activity,
        subject=subject,
        subject_digest=digest_of(subject),
        text_version=text_version[:60],
        source=source[:120],
        given_at=timezone.now(),
    )
    consent.save(force_insert=True)
    record(events.CONSENT_GIVEN, consent, actor=actor, text_version=consent.text_version, activity=str(activity.pk))
    return consent


@transaction.atomic
def withdraw_consent(activity: ProcessingActivity, subject: str, *, source: str, actor: Actor) -> int:
    """Record that a person took back every consent to the activity; returns how many. Raises NotFound without any."""
    rows = list(consents_of(_subject(subject)).filter(activity=activity, withdrawn_at=None).select_for_update())
    if not rows:
        raise NotFound("There is no consent of this person to the activity that could be withdrawn.",
                       code="consent.not_found")  # fmt: skip
    for row in rows:
        row.withdrawn_at, row.withdrawal_source = timezone.now(), source[:120]
        row.save(update_fields=["withdrawn_at", "withdrawal_source"])
        record(events.CONSENT_WITHDRAWN, row, actor=actor, activity=str(activity.pk))
    return len(rows)


def consents_of(subject: str) -> QuerySet[Consent]:
    """All consents of a person, also withdrawn ones."""
    return Consent.objects.filter(subject_index__in=blind_indexes(COLUMN, _subject(subject)))


def withdrawn_after(dataset: str, moment: dt.datetime) -> int:
    """How many people took back their consent to an activity of this dataset after ``moment``."""
    rows = Consent.objects.filter(
        activity__basis=LegalBasis.CONSENT, activity__datasets__contains=[dataset], withdrawn_at__gt=moment
    )
    return rows.count()


@transaction.atomic
def open_breach(given: dict[str, Any], *, actor: Actor) -> Breach:
    """Start the clock of 72 hours, at the moment since which the breach is known."""
    if given["known_at"] > timezone.now():
        raise Invalid("A breach cannot be known since the future.", code="breach.in_the_future", field="known_at")
    breach = Breach(**given)
    breach.save(force_insert=True)
    record(
        events.BREACH_OPENED, breach, actor=actor, known_at=f"{breach.known_at:%Y-%m-%d %H:%M}",
        due_at=f"{breach.due_at:%Y-%m-%d %H:%M}",
    )  # fmt: skip
    return breach


@transaction.atomic
def decide_breach(breach: Breach, state: str, reason: str, *, actor: Actor) -> Breach:
    """Say that the authority was notified, or why it need not be. The decision stays."""
    breach = Breach.objects.select_for_update().get(pk=breach.pk)
    if breach.state != BreachState.OPEN:
        raise Conflict("The breach is decided already; write what is new into its log.", code="breach.decided")
    if state not in {BreachState.NOTIFIED, BreachState.NOT_REQUIRED}:
        raise Invalid("Choose: notified, or not required.", code="breach.bad_state", field="state")
    if not reason.strip():
        raise Invalid("Give the reason; the authority may ask for it.", code="breach.reason_missing", field="reason")
    breach.state, breach.reason, breach.decided_at = state, reason.strip()[:1000], timezone.now()
    breach.save(update_fields=["state", "reason", "decided_at"])
    record(events.BREACH_DECIDED, breach, actor=actor, hours=round(breach.hours_passed, 1), state=state)
    return breach


@transaction.atomic
def open_incident(given: dict[str, Any], *, actor: Actor) -> Incident:
    """Open an incident; an alert goes out by every channel of its severity within a minute."""
    incident = Incident(**given)
    incident.save(force_insert=True)
    record(events.INCIDENT_OPENED, incident, actor=actor, severity=incident.severity)
    return incident


@transaction.atomic
def close_incident(incident: Incident, lesson: str, *, actor: Actor) -> Incident:
    """End it with what was learned."""
    incident = Incident.objects.select_for_update().get(pk=incident.pk)
    if incident.closed_at is not None:
        raise Conflict("The incident is closed already.", code="incident.closed")
    if not lesson.strip():
        raise Invalid("Say what was learned.", code="incident.lesson_missing", field="lesson")
    incident.closed_at, incident.lesson = timezone.now(), lesson.strip()[:2000]
    incident.save(update_fields=["closed_at", "lesson"])
    hours = round((incident.closed_at - incident.opened_at).total_seconds() / 3600, 1)
    record(events.INCIDENT_CLOSED, incident, actor=actor, hours=hours)
    return incident


@transaction.atomic
def write_log(about: Incident | Breach, text: str, *, actor: Actor) -> LogEntry:
    """Add a line to the timeline; lines are never changed."""
    kind = "incident" if isinstance(about, Incident) else "breach"
    entry = LogEntry(text=text.strip()[:1000], author_ref=actor.ref, **{kind: about})
    entry.save(force_insert=True)
    record(events.LOG_WRITTEN, about, actor=actor)
    return entry


@transaction.atomic
def add_item(given: dict[str, Any], *, actor: Actor) -> RegisterItem:
    """Add a training, test, assessment or contact with the day by which it is due."""
    item = RegisterItem(**given)
    item.save(force_insert=True)
    record(events.ITEM_ADDED, item, actor=actor, kind=item.kind, due_on=item.due_on.isoformat())
    return item


@transaction.atomic
def finish_item(item: RegisterItem, done_on: dt.date, evidence_url: str, *, actor: Actor) -> RegisterItem:
    """Record that it was done, with where the evidence lies."""
    item = RegisterItem.objects.select_for_update().get(pk=item.pk)
    if item.done_on is not None:
        raise Conflict("It is done already; add the next one.", code="item.done")
    if done_on > timezone.now().date():
        raise Invalid("It cannot be done in the future.", code="item.in_the_future", field="done_on")
    item.done_on, item.evidence_url = done_on, evidence_url[:500]
    item.save(update_fields=["done_on", "evidence_url"])
    record(events.ITEM_DONE, item, actor=actor, kind=item.kind)
    return item


def _subject(text: str) -> str:
    text = text.strip().lower() if "@" in text else text.strip()
    if not 0 < len(text) <= 320:
        raise Invalid("Name the person by an e-mail address or a reference.", code="subject.missing", field="subject")
    return text
