"""Every open detection is a finding, which opens one alert and ends with it."""

from django.conf import settings
from django.urls import reverse

from modelops.lib.posture import Finding, Outcome, control

from .models import Detection

_SHOWN = 50


@control(
    "detections.closed",
    area="Security",
    label="What was detected in the audit log is dealt with",
    fix="Follow the runbook of the detection, then say on its page what came of it.",
)
def closed() -> Outcome:
    """The most pressing first."""
    waiting = Detection.objects.filter(closed_at=None).ranked()
    findings = [
        Finding(
            f"{one.kind}:{one.pk}",
            f"{one.detector.label}: {one.words}"[:200],
            f"{one.words}. Follow the runbook {one.detector.runbook}, then say on the page what came of it. Detected "
            f"{one.first_seen_at:%Y-%m-%d %H:%M} UTC at {settings.MODELOPS_BASE_URL.rstrip('/')}.",
            one.detector.severity,
            reverse("admin:detections_detection_change", args=[one.pk]),
        )
        for one in waiting[:_SHOWN]
    ]
    total = Detection.objects.count()
    return Outcome(
        findings, total - waiting.count(), total, "Looked for each minute.",
        reverse("admin:detections_detection_changelist"),
    )  # fmt: skip
