"""The control that every deployed version is compared with what it learned from."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.urls import reverse

from modelops.lib.posture import Finding, Outcome, control
from monitoring.predictions.posture import in_production
from registry.named_in_posture import called

from .models import DriftMonitor

_MOST = 50


@control(
    "models.baseline",
    area="Models",
    label="Every model in production has a drift baseline",
    fix="Set up a drift monitor that names the version and the data that it learned from.",
)
def baseline() -> Outcome:
    """A version in production that no drift monitor watches against a reference; setting one up ends the finding."""
    watching = DriftMonitor.objects.filter(model_version=OuterRef("pk"), is_enabled=True)
    deployed = in_production()
    bare = deployed.exclude(Exists(watching))
    page = reverse("monitoring:monitor-list")
    findings = [
        Finding(
            f"baseline:{version.pk}",
            f"{called(version)} is in production and has no baseline for drift",
            "Set up a drift monitor that names the version and the data that it learned from: "
            "docs/howto/drift-monitors.md.",
            url=page,
        )
        for version in bare.order_by("pk")[:_MOST]
    ]
    many = deployed.count()
    return Outcome(findings, many - bare.count(), many, "Looked up in the drift monitors.", url=page)
