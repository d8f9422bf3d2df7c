"""Access is reviewed each month and each quarter, and in time."""

from django.urls import reverse
from django.utils import timezone

from modelops.lib.posture import Finding, Outcome, control

from .models import AccessReview


@control(
    "reviews.in_time",
    area="Access",
    label="Access reviews are signed in time",
    fix="Go through the lines of the review and sign it.",
)
def in_time() -> Outcome:
    """Overdue reviews by their rows; one that nobody opened yet is opened by the clock."""
    reviews = AccessReview.objects.all()
    overdue = reviews.filter(signed_at=None, due_at__lt=timezone.now())
    findings = [
        Finding(
            f"overdue:{review.period}",
            f"{review} was due on {review.due_at:%Y-%m-%d}",
            "Go through its lines in the admin and sign it.",
            "high",
        )
        for review in overdue.order_by("month")[:20]
    ]
    total = reviews.count()
    newest = reviews.exclude(signed_at=None).order_by("-month").first()
    evidence = f"Last signed: {newest} on {newest.signed_at:%Y-%m-%d}" if newest else "None is signed yet"
    url = reverse("admin:reviews_accessreview_changelist")
    return Outcome(findings, total - len(findings), total, evidence=evidence, url=url)
