"""What the registers ask for now: breaches by the clock, open incidents, missing consents, what is overdue."""

import time
import uuid
from datetime import timedelta
from typing import Final

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from modelops.lib.posture import Finding, Outcome, Severity, control

from .models import Breach, BreachState, Consent, Incident, LegalBasis, ProcessingActivity, RegisterItem
from .people import people_in_data

# Hours after which a breach is told again, each time more gravely.
STAGES: Final[tuple[tuple[int, Severity], ...]] = ((72, "critical"), (66, "critical"), (48, "high"), (24, "warning"))
_SOON: Final = timedelta(days=14)
_SHOWN: Final = 50
_LOOKED_AT: Final = 500
COUNTED: Final = 1000
# Going through every person of fifty large versions takes seconds, and controls are looked at every minute.
_KEPT_S: Final = 900
_known: dict[uuid.UUID, tuple[tuple[object, ...], float, int]] = {}


def _page(model: str, row: object) -> str:
    return reverse(f"admin:registers_{model}_change", args=[getattr(row, "pk", "")])


@control(
    "breaches.in_time",
    area="Privacy",
    label="Breaches are decided within 72 hours",
    fix="Notify the authority within 72 hours, or write down why it need not be.",
)
def breaches() -> Outcome:
    """Each open breach, again after 24, 48, 66 and 72 hours."""
    findings = []
    for breach in Breach.objects.filter(state=BreachState.OPEN)[:_SHOWN]:
        stage, severity = next(((hours, it) for hours, it in STAGES if breach.hours_passed >= hours), (0, "warning"))
        findings.append(
            Finding(
                f"{breach.pk}:{stage}",
                f"A breach is undecided after {max(stage, int(breach.hours_passed))} hours: {breach.clock}",
                "Notify the authority, or write down why it need not be.",
                severity,  # type: ignore[arg-type]
                _page("breach", breach),
            )
        )
    total = Breach.objects.count()
    late = sum(not one.in_time for one in Breach.objects.all()[:1000])
    return Outcome(findings, total - late, total, url=reverse("admin:registers_breach_changelist"))


@control(
    "incidents.closed",
    area="Security",
    label="Incidents are dealt with",
    fix="Write into its log what is done, and close it with what was learned.",
)
def incidents() -> Outcome:
    """Each open one; its alert pages whoever is on the channels of that severity."""
    waiting = Incident.objects.filter(closed_at=None)
    findings = [
        Finding(
            f"open:{one.pk}",
            f"An incident of severity {one.severity} is open since {one.opened_at:%Y-%m-%d %H:%M} UTC",
            f"Led by: {one.lead}. Write into its log what is done, and close it with what was learned.",
            "critical" if one.severity == "critical" else "high" if one.severity == "high" else "warning",
            _page("incident", one),
        )
        for one in waiting[:_SHOWN]
    ]
    total = Incident.objects.count()
    return Outcome(findings, total - waiting.count(), total, url=reverse("admin:registers_incident_changelist"))


@control(
    "consents.documented",
    area="Privacy",
    label="Activities on consent have recorded consents",
    fix="Record the consents, or put the activity on another basis.",
)
def consents() -> Outcome:
    """Activities that stand on consent and use data, and nobody's consent is in the register."""
    based = ProcessingActivity.objects.filter(basis=LegalBasis.CONSENT, ended_at=None)
    given = Consent.objects.filter(activity=OuterRef("pk"))
    bare = based.exclude(datasets=[]).filter(~Exists(given))
    findings = [
        Finding(
            f"without:{one.pk}",
            f"The activity {one.name} stands on consent, and no consent is recorded",
            "Record the consents, or put the activity on another basis.",
            "high",
            _page("processingactivity", one),
        )
        for one in bare[:_SHOWN]
    ]
    total = based.count()
    return Outcome(findings, total - len(findings), total, url=reverse("admin:registers_consent_changelist"))


@control(
    "consents.people",
    area="Privacy",
    label="Everybody in data on consent has agreed",
    fix="Record the consents under the names that the dataset uses, or upload it without these people.",
)
def people() -> Outcome:
    """Activities on consent with people in their datasets who have no consent in force, each with how many."""
    based = ProcessingActivity.objects.filter(basis=LegalBasis.CONSENT, ended_at=None)
    findings = []
    for one in based.exclude(datasets=[]).order_by("name")[:_LOOKED_AT]:
        if missing := _unagreed(one):
            findings.append(
                Finding(
                    f"people:{one.pk}",
                    f"{counted(missing)} {'person' if missing == 1 else 'people'} in data of the activity {one.name} "
                    f"{'has' if missing == 1 else 'have'} no consent in force",
                    "See who by reference on the page of the activity. Record the consents under the names that the "
                    "dataset uses, or upload the data without these people.",
                    "high",
                    _page("processingactivity", one),
                )
            )
    total = based.count()
    return Outcome(findings[:_SHOWN], total - len(findings), total,
                   url=reverse("admin:registers_processingactivity_changelist"))  # fmt: skip


def counted(people: int) -> str:
    """The number, or that it is more than was counted."""
    return f"{people:,}" if people < COUNTED else f"{COUNTED:,} or more"


def _unagreed(activity: ProcessingActivity) -> int:
    """How many; counted anew when consents or the activity changed, else every quarter of an hour."""
    agreed = Consent.objects.filter(activity=activity, withdrawn_at=None)
    if agreed.filter(subject_digest=None).exists():
        return 0  # older consents, which are made comparable within a quarter of an hour
    index = people_in_data.get("datasets")()
    newest = agreed.values_list("pk", flat=True).order_by("-pk").first()
    state = (activity.revision, agreed.count(), newest, index.state(activity))
    known = _known.get(activity.pk)
    if known is None or known[0] != state or time.monotonic() - known[1] > _KEPT_S:
        found = index.count_unagreed(activity, most=COUNTED)
        known = _known[activity.pk] = (state, time.monotonic(), found)
    return known[2]


@control(
    "registers.in_time",
    area="Security",
    label="Trainings and penetration tests are done in time",
    fix="Do what is due and record where the evidence lies.",
)
def items() -> Outcome:
    """Overdue ones, and those due within two weeks."""
    today = timezone.now().date()
    waiting = RegisterItem.objects.filter(done_on=None, due_on__lte=today + _SOON)
    findings = [
        Finding(
            f"{'overdue' if one.is_overdue else 'soon'}:{one.pk}",
            f"{one} {'was' if one.is_overdue else 'is'} due on {one.due_on}",
            "Do it and record where the evidence lies.",
            "high" if one.is_overdue else "warning",
            _page("registeritem", one),
        )
        for one in waiting[:_SHOWN]
    ]
    total = RegisterItem.objects.count()
    held = total - RegisterItem.objects.filter(done_on=None, due_on__lt=today).count()
    return Outcome(findings, held, total, url=reverse("admin:registers_registeritem_changelist"))
