"""Accepting a finding for a while, and what is accepted now."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from dataquality.audit_events import ISSUE_ACCEPTED
from dataquality.models import AcceptedIssue, QualityIssue
from dataquality.services import account_of
from modelops.lib.errors import Invalid
from registry.models import Dataset

LONGEST = dt.timedelta(days=366)


@transaction.atomic
def accept_issue(issue: QualityIssue, until: dt.datetime, reason: str, *, actor: Actor) -> AcceptedIssue:
    """Let what ``issue`` is about take nothing from the scores of runs that begin before then. Raises Invalid."""
    now = timezone.now()
    if not now < until <= now + LONGEST:
        raise Invalid(
            f"A finding is accepted until a time to come, at most {LONGEST.days} days from now.",
            code="issue.accepted_until",
            field="until",
        )
    if not reason.strip():
        raise Invalid("Say why the finding is accepted.", code="issue.reason_missing", field="reason")
    version = issue.run.dataset_version
    row = AcceptedIssue.objects.create(
        dataset=version.dataset,
        rule=issue.rule,
        name=rule_name(issue),
        column=issue.column,
        until=until,
        reason=reason.strip(),
        created_by_id=account_of(actor),
    )
    record(
        ISSUE_ACCEPTED,
        issue.run,
        actor=actor,
        dataset=version.dataset.name,
        rule=row.name or row.rule,
        until=until.isoformat(),
    )
    return row


def rule_name(issue: QualityIssue) -> str:
    """The name of the suite's rule that the issue is of, "" for a check; its message begins with it."""
    return issue.message.partition(":")[0][:80] if issue.rule.startswith("rule_") else ""


def accepted_at(dataset: Dataset, now: dt.datetime) -> tuple[set[tuple[str, str]], set[str]]:
    """What is accepted at ``now``: rules of checks with their columns, and names of rules of suites."""
    rows = AcceptedIssue.objects.filter(dataset=dataset, created_at__lte=now, until__gt=now)
    told = list(rows.values_list("rule", "column", "name"))
    return {(rule, column) for rule, column, name in told if not name}, {name for *_, name in told if name}


def standing(issue: QualityIssue) -> AcceptedIssue | None:
    """The acceptance under which the issue takes nothing now, the longest one."""
    rows = AcceptedIssue.objects.filter(dataset=issue.run.dataset_version.dataset_id, until__gt=timezone.now())
    rows = rows.filter(rule=issue.rule, column=issue.column, name=rule_name(issue))
    return rows.select_related("created_by").order_by("-until").first()
