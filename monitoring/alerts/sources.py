"""What opens alerts by itself: drift runs that found drift and quality runs with a low score.

The hand-over is the run's row. A run that is finished and made no occurrence yet is picked up by the task that looks
every ten seconds, so a crash between the run and its alert loses nothing; a handler that calls `alert_for_drift` in
the transaction of its result is only quicker.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from compliance.audit import Actor
from dataquality.models import QualityRun
from monitoring.models.alerts import Alert, AlertOccurrence, Severity
from monitoring.models.drift import DriftRun

from .services.opening import Source, raise_alert

SCHEDULER = Actor.system("monitoring")
QUALITY_THRESHOLD = Decimal(70)
QUALITY_SEVERE = Decimal(50)
# A run that nobody picked up for this long was finished while no worker ran; its news is old by then.
LOOKS_BACK = timedelta(days=7)
BATCH = 100
NAMED_FEATURES = 8


def alert_for_drift(run: DriftRun, actor: Actor = SCHEDULER) -> Alert | None:
    """The alert of a finished run that found drift; None for a run that found none. Safe to call twice."""
    if not run.drifted:
        return None
    reference, current = run.reference, run.current_name
    of = run.current.dataset.name if run.current is not None else f"{run.pushed_for_id}"
    moved = list(run.features.filter(drifted=True).order_by("-statistic", "name").values_list("name", flat=True))
    more = len(moved) - NAMED_FEATURES
    named = ", ".join(moved[:NAMED_FEATURES]) + (f" and {more} more" if more > 0 else "")
    parts = run.segments.filter(drifted=True).count()
    within = f", and {parts} segment{'s' if parts > 1 else ''}" if parts else ""
    return raise_alert(
        f"drift:{reference.dataset.name}:{of}",
        f"Drift in {current}: {run.features_drifted} of {run.features_compared} features moved{within}",
        body=f"Compared with {reference}, these features are distributed differently: "
        f"{named or 'none in the whole, some within segments'}. "
        "A model that was trained on the reference may be less accurate on this data.",
        severity=Severity.HIGH if 2 * run.features_drifted >= run.features_compared else Severity.MEDIUM,
        source=Source("monitoring.driftrun", run.pk),
        actor=actor,
    )


def alert_for_quality(run: QualityRun, actor: Actor = SCHEDULER) -> Alert | None:
    """The alert of a finished run whose score is under the threshold; None for any other. Safe to call twice."""
    if run.score is None or run.score >= QUALITY_THRESHOLD:
        return None
    version = run.dataset_version
    return raise_alert(
        f"quality:{version.dataset.name}",
        f"Quality of {version} is {run.score:.1f} of 100",
        body=f"The score is under the threshold of {QUALITY_THRESHOLD}; {run.issue_count} issues were found. "
        "Look at the issues before a model is trained or judged on this data.",
        severity=Severity.HIGH if run.score < QUALITY_SEVERE else Severity.MEDIUM,
        source=Source("dataquality.qualityrun", run.pk),
        actor=actor,
    )


def open_alerts() -> int:
    """Open what is missing and return how many runs were picked up."""
    since = timezone.now() - LOOKS_BACK
    drifted = DriftRun.objects.filter(drifted=True, finished_at__gte=since)
    poor = QualityRun.objects.filter(score__lt=QUALITY_THRESHOLD, finished_at__gte=since)
    picked_up = 0
    for run in _without_alert(drifted, "monitoring.driftrun").select_related("reference__dataset", "current__dataset"):
        alert_for_drift(run)
        picked_up += 1
    for run in _without_alert(poor, "dataquality.qualityrun").select_related("dataset_version__dataset"):
        alert_for_quality(run)
        picked_up += 1
    return picked_up


def _without_alert(runs: QuerySet[Any], source_type: str) -> QuerySet[Any]:
    known = AlertOccurrence.objects.filter(source_type=source_type, source_id=OuterRef("pk"))
    return runs.filter(~Exists(known)).order_by("finished_at")[:BATCH]


# Route and words for each kind of source.
_LINKS = {
    "monitoring.driftrun": ("monitoring:drift-detail", "Open the drift run"),
    "dataquality.qualityrun": ("dataquality:run-detail", "Open the quality run"),
}


def link(alert: Alert) -> dict[str, str] | None:
    """Address and words for the page of what the alert is about, if it has one."""
    if alert.source_type not in _LINKS or alert.source_id is None:
        return None
    route, label = _LINKS[alert.source_type]
    return {"url": reverse(route, args=[alert.source_id]), "label": label}
