"""Data-subject requests are answered in time."""

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from modelops.lib.posture import Finding, Outcome, control

from . import deadlines, stages
from .models import SubjectRequest
from .rehearsal.services import due_words, is_asked


@control(
    "subjects.in_time",
    area="Privacy",
    label="Open data-subject requests are within their time",
    fix="Answer the request, or record the extension that the law allows.",
)
def in_time() -> Outcome:
    """Counted among the open ones; who they are about stays sealed."""
    still_open = SubjectRequest.objects.filter(state__in=sorted(stages.OPEN))
    total = still_open.count()
    overdue = still_open.filter(due_at__lt=timezone.now(), waiting_since=None)
    late = overdue.count()
    findings = [
        Finding(
            f"overdue:{request.reference}",
            f"Request {request.reference} is overdue",
            "Answer it, or record the extension that the law allows.",
            "critical",
        )
        for request in overdue.order_by("due_at")[:20]
    ]
    return Outcome(findings, total - late, total, url=reverse("admin:subjects_subjectrequest_changelist"))


_LOUDER = {7: "warning", 20: "warning", 25: "high", 28: "critical"}


@control(
    "subjects.clock",
    area="Privacy",
    label="Nobody waits for an answer without somebody being reminded",
    fix="Take the next step of the request, on its page.",
)
def clock() -> Outcome:
    """A finding for each open request from day 7 on, anew on days 20, 25 and 28; none while the person is asked."""
    now = timezone.now()
    waiting = SubjectRequest.objects.filter(state__in=sorted(stages.OPEN), waiting_since=None)
    old = waiting.filter(received_at__lte=now - dt.timedelta(days=deadlines.ALERT_DAYS[0])).order_by("received_at")
    findings: list[Finding] = []
    for request in old[:100]:
        day = deadlines.alert_day(request.received_at, now)
        findings.append(
            Finding(
                f"day{day}:{request.reference}",
                f"Request {request.reference} waits since {day} days",
                f"It is due on {request.due_at:%d %B %Y}: take its next step.",
                _LOUDER[day],  # type: ignore[arg-type]
                reverse("admin:subjects_subjectrequest_change", args=[request.pk]),
            )
        )
    unconfirmed = [
        request
        for request in waiting.filter(regime=deadlines.CCPA, state=stages.RECEIVED)[:100]
        if (by := deadlines.confirm_by(request.regime, request.received_at)) is not None and by < now
    ]
    findings += [
        Finding(
            f"receipt:{request.reference}",
            f"The receipt of {request.reference} is not confirmed",
            "CCPA asks for it within ten business days: send the link, or confirm the identity.",
            "high",
        )
        for request in unconfirmed
    ]
    total = waiting.count()
    return Outcome(findings, total - len(findings), total, url=reverse("admin:subjects_subjectrequest_changelist"))


@control(
    "subjects.erasures_survive",
    area="Privacy",
    label="Nobody who was erased comes back with a restore",
    fix="Restore a dump and prove it: manage.py restore_drill --dump DUMP.",
)
def erasures_survive() -> Outcome:
    """A dump is restored each quarter, the erasures are done again on it, and nobody is found."""
    page = reverse("admin:subjects_erasuredrill_changelist")
    is_due, words = due_words()
    evidence = f"Restore drill of erasures: {words}"
    if not is_asked():
        return Outcome(evidence=evidence, url=page, applies=not is_due)
    if not is_due:
        return Outcome(evidence=evidence, url=page)
    finding = Finding("due", f"The restore drill of erasures is due: {words}", "manage.py restore_drill --dump DUMP")
    return Outcome([finding], evidence=evidence, url=page)
