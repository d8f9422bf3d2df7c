"""What is due today, for the first page of the admin: each line leads to where it is done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from compliance.posture.looking import Looked, look_at_all
from compliance.registers.models import Breach, RegisterItem

SOON: Final = timedelta(days=1)
_OVERDUE_RETENTION: Final = "retention."
_LEDGER: Final = "ledger."


@dataclass(frozen=True, slots=True)
class Due:
    """One line. ``tone`` is bad when it is late, warn when it is due within a day, good when nothing waits."""

    label: str
    value: str
    note: str
    tone: str
    url: str


def due_today(user: Any) -> list[Due]:
    """The lines that ``user`` may see, in the order in which they are done."""
    return [*_requests(user), *_breaches(user), *_reviews(user), *_items(user), *_controls(user)]


def _requests(user: Any) -> Iterator[Due]:
    if not user.has_perm("subjects.view_subjectrequest"):
        return
    now = timezone.now()
    waiting: Any = apps.get_model("subjects", "SubjectRequest").objects.visible_to(user).open()  # type: ignore[attr-defined]
    late = waiting.filter(due_at__lt=now).count()
    soon = waiting.filter(due_at__gte=now, due_at__lte=now + SOON).count()
    url = f"{reverse('admin:subjects_subjectrequest_changelist')}?clock={'overdue' if late else 'week'}"
    yield Due("Requests of people", str(late + soon), _words(late, soon), _tone(late, soon), url)


def _breaches(user: Any) -> Iterator[Due]:
    if not user.has_perm("registers.view_breach"):
        return
    rows = list(Breach.objects.filter(state="open").order_by("known_at")[:200])
    late = sum(not row.in_time for row in rows)
    note = rows[0].clock if rows else "none is open"
    url = f"{reverse('admin:registers_breach_changelist')}?state__exact=open"
    yield Due("Breaches to decide", str(len(rows)), note, _tone(late, len(rows)), url)


def _reviews(user: Any) -> Iterator[Due]:
    if not user.has_perm("reviews.view_accessreview"):
        return
    rows: Any = apps.get_model("reviews", "AccessReview").objects.filter(signed_at=None)
    late, open_ = rows.filter(due_at__lt=timezone.now()).count(), rows.count()
    first = rows.order_by("due_at").first()
    note = f"the first is due on {first.due_at:%Y-%m-%d}" if first else "all are signed"
    url = reverse("admin:reviews_accessreview_changelist")
    yield Due("Access reviews to sign", str(open_), note, _tone(late, open_), url)


def _items(user: Any) -> Iterator[Due]:
    if not user.has_perm("registers.view_registeritem"):
        return
    today = timezone.now().date()
    rows = RegisterItem.objects.filter(done_on=None, due_on__lte=today)
    late = rows.filter(due_on__lt=today).count()
    soon = rows.count() - late
    url = reverse("admin:registers_registeritem_changelist")
    yield Due("Trainings and tests", str(late + soon), _words(late, soon), _tone(late, soon), url)


def _controls(user: Any) -> Iterator[Due]:
    if not user.has_perm("audit.view_auditevent"):
        return
    seen = [one for one in look_at_all() if one.outcome.applies]
    yield _of(seen, _OVERDUE_RETENTION, "Retention", "nothing is overdue", "admin:retention_retentionpolicy_changelist")
    yield _of(seen, _LEDGER, "Audit log", "sealed, anchored and verified", "admin:ledger")
    yield _of(seen, "", "Findings of the posture", "every control holds", "admin:posture")


def _of(seen: list[Looked], beginning: str, label: str, nothing: str, page: str) -> Due:
    found = [finding for one in seen if one.control.key.startswith(beginning) for finding in one.outcome.findings]
    grave = any(finding.severity != "warning" for finding in found)
    note = found[0].title if found and beginning else (f"{len(found)} open" if found else nothing)
    return Due(label, str(len(found)), note, "bad" if grave else _tone(0, len(found)), reverse(page))


def _words(late: int, soon: int) -> str:
    return f"{late} late, {soon} due today" if late or soon else "nothing is due today"


def _tone(late: int, soon: int) -> str:
    return "bad" if late else "warn" if soon else "good"
