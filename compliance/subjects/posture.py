"""Data-subject requests are answered in time."""

from django.urls import reverse
from django.utils import timezone

from modelops.lib.posture import Finding, Outcome, control

from . import stages
from .models import SubjectRequest


@control("subjects.in_time", area="Privacy", label="Open data-subject requests are within their time")
def in_time() -> Outcome:
    """Counted among the open ones; who they are about stays sealed."""
    still_open = SubjectRequest.objects.filter(state__in=sorted(stages.OPEN))
    total = still_open.count()
    overdue = still_open.filter(due_at__lt=timezone.now())
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
