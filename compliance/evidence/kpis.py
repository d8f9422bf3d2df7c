"""The figures of compliance, each counted from rows just now."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.apps import apps
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from compliance.audit.coverage.evidence import coverage
from compliance.posture.looking import Looked, look_at_all
from compliance.registers.models import Breach, Incident
from compliance.retention.classes import classes
from compliance.supply_chain.standing import response

_DAYS_TO_ANSWER: Final = 30
_LOOKED_AT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Kpi:
    """One tile; ``tone`` is good or bad, and ``url`` leads to the rows that it is counted from."""

    key: str
    label: str
    value: str
    note: str
    tone: str
    url: str


def kpis(now: datetime | None = None, seen: list[Looked] | None = None) -> Iterator[Kpi]:
    """All of them, in the order in which people read them; ``seen`` is a look at every control that was had already."""
    now = now or timezone.now()
    yield _incidents(now)
    yield _reviews()
    yield _audit()
    seen = look_at_all() if seen is None else seen
    yield _encrypted(seen)
    yield _requests(now)
    yield _retention()
    yield _consents(seen)
    yield _breaches()
    yield _vulnerabilities(now)


def _incidents(now: datetime) -> Kpi:
    begin = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    count = Incident.objects.filter(severity="critical", opened_at__gte=begin).count()
    url = reverse("admin:registers_incident_changelist")
    return Kpi("incidents", "Critical incidents this month", str(count), "the aim is 0", _tone(not count), url)


def _reviews() -> Kpi:
    lines: Any = apps.get_model("reviews", "ReviewLine").objects
    total, open_ = lines.count(), lines.filter(decision="").count()
    url = reverse("admin:reviews_accessreview_changelist")
    return Kpi("reviews", "Access reviewed", _share(total - open_, total), f"{open_} lines wait", _tone(not open_), url)


def _audit() -> Kpi:
    found = coverage()
    note = "routes and models with proven rows"
    return Kpi("audit", "Audit coverage", f"{found.percent} %", note, _tone(not found.missing),
               reverse("admin:audit-coverage"))  # fmt: skip


def _encrypted(seen: list[Looked]) -> Kpi:
    looked = [one.outcome for one in seen if one.control.area == "Encryption" and one.outcome.applies]
    held = sum(one.held or 0 for one in looked if one.total)
    total = sum(one.total or 0 for one in looked if one.total)
    holds = all(one.passed for one in looked)
    return Kpi("encrypted", "Sensitive data encrypted", _share(held, total), "rows and files", _tone(holds),
               reverse("admin:posture"))  # fmt: skip


def _requests(now: datetime) -> Kpi:
    rows: Any = apps.get_model("subjects", "SubjectRequest").objects.defer(
        "subject_email", "subject_ref", "identity_note", "closing_note"
    )
    answered = rows.exclude(closed_at=None).order_by("-closed_at").values_list("received_at", "closed_at")[:_LOOKED_AT]
    days = sorted((closed - received) / timedelta(days=1) for received, closed in answered)
    late = rows.filter(Q(closed_at=None, due_at__lt=now)).count()
    url = reverse("admin:subjects_subjectrequest_changelist")
    if not days:
        note = f"none answered yet; {late} overdue" if rows.exists() else "none has come in"
        return Kpi("requests", "Requests answered", "–", note, _tone(not late), url)
    median = statistics.median(days)
    p95 = days[-(-95 * len(days) // 100) - 1]  # the nearest rank: at least 95 of 100 were not slower
    note = f"median days; 95 of 100 within {p95:.1f}; {late} overdue"
    good = not late and p95 < _DAYS_TO_ANSWER
    return Kpi("requests", "Requests answered", f"{median:.1f}", note, _tone(good), url)


def _retention() -> Kpi:
    overdue = {cls.label: due for _, cls in classes.items() if (due := cls().due())}
    note = "; ".join(f"{label}: {count}" for label, count in sorted(overdue.items())[:3]) or "nothing is past its date"
    return Kpi("retention", "Past their date", f"{sum(overdue.values()):,}", note, _tone(not overdue),
               reverse("admin:retention_retentionpolicy_changelist"))  # fmt: skip


def _consents(seen: list[Looked]) -> Kpi:
    activities, people = (
        next(one.outcome for one in seen if one.control.key == key)
        for key in ("consents.documented", "consents.people")
    )
    held = min(activities.held or 0, people.held or 0)
    note = "activities on consent" if people.passed else "activities on consent; somebody in their data is without one"
    url = reverse(
        "admin:registers_consent_changelist" if people.passed else "admin:registers_processingactivity_changelist"
    )
    good = activities.passed and people.passed
    return Kpi("consents", "Consent documented", _share(held, activities.total or 0), note, _tone(good), url)


def _breaches() -> Kpi:
    rows = list(Breach.objects.all()[:_LOOKED_AT])
    late = sum(not one.in_time for one in rows)
    open_ = [one for one in rows if one.state == "open"]
    note = min((one for one in open_), key=lambda one: one.due_at).clock if open_ else "none is open"
    return Kpi("breaches", "Breaches decided in 72 hours", _share(len(rows) - late, len(rows)), note, _tone(not late),
               reverse("admin:registers_breach_changelist"))  # fmt: skip


def _vulnerabilities(now: datetime) -> Kpi:
    found = response(now)
    hours = found.oldest / timedelta(hours=1) if found.oldest is not None else 0.0
    note = f"the oldest open one is {hours:.0f} h old" if found.oldest is not None else "none is open"
    value, url = _share(found.in_time, found.total), reverse("admin:dependencies")
    return Kpi("vulnerabilities", "Critical vulnerabilities fixed in 24 h", value, note, _tone(not found.is_late), url)


def _share(held: int, total: int) -> str:
    return f"{100 * held / total:.0f} %" if total else "100 %"


def _tone(good: bool) -> str:
    return "good" if good else "bad"
