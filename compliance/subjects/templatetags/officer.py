"""The compliance officer's overview on the first page of the admin."""

import datetime as dt
from typing import Any

from django import template
from django.utils import timezone

from compliance.audit import name_actors
from compliance.audit.coverage.evidence import coverage
from compliance.audit.models import AuditEvent, Outcome
from compliance.subjects import case
from compliance.subjects.models import SubjectRequest
from modelops.lib.ids import first_id_at

register = template.Library()

SHOWN = 8
"""Rows per card; each card links to its full list."""

REFUSALS_COUNTED = 1000
"""Refusals are counted up to here; more is a flood whatever the exact number."""


@register.inclusion_tag("admin/subjects/overview.html", takes_context=True)
def officer_overview(context: template.Context) -> dict[str, Any]:
    """Open requests by due date, refusals of the last 24 hours, newest ledger rows: what the user may see of it."""
    request = context["request"]
    user = request.user
    shows_requests = user.has_perm("subjects.view_subjectrequest")
    shows_ledger = user.has_perm("audit.view_auditevent")
    return {
        "csrf_token": context.get("csrf_token"),
        "shows_requests": shows_requests,
        "shows_ledger": shows_ledger,
        "may_open": user.has_perm("subjects.add_subjectrequest"),
        **(_requests(user) if shows_requests else {}),
        **(_ledger() if shows_ledger else {}),
    }


def _requests(user: Any) -> dict[str, Any]:
    now = timezone.now()
    waiting = SubjectRequest.objects.visible_to(user).open()
    rows = list(waiting.without_person().order_by("due_at", "id")[:SHOWN])
    return {
        "waiting": [{"case": row, "clock": case.clock_words(row), "tone": case.clock_tone(row)} for row in rows],
        "open_count": waiting.count(),
        "overdue_count": waiting.filter(due_at__lt=now).count(),
        "soon_count": waiting.filter(due_at__gte=now, due_at__lte=now + dt.timedelta(days=7)).count(),
    }


def _ledger() -> dict[str, Any]:
    day_ago = first_id_at(timezone.now() - dt.timedelta(days=1))
    refusals = AuditEvent.objects.filter(outcome=Outcome.DENIED, pk__gte=day_ago)
    newest = list(AuditEvent.objects.order_by("-id")[:SHOWN])
    refused = list(refusals.order_by("-id")[:SHOWN])
    name_actors([*newest, *refused])
    return {
        "newest": newest,
        "refused": refused,
        "coverage": coverage(),
        "refused_count": refusals.order_by().values("pk")[:REFUSALS_COUNTED].count(),
    }
