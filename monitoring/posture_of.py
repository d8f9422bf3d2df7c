"""Whether what is in production is watched: for one model, and for what one pipeline registered."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse

from modelops.lib.posture_of import Standing, check_of
from monitoring.monitors.models import DriftMonitor
from monitoring.predictions.posture import in_production

_FIX = "Set up a drift monitor that names the version and the data that it learned from: docs/howto/drift-monitors.md."


def _watched(field: str, refs: Sequence[UUID]) -> Mapping[UUID, Standing]:
    watching = DriftMonitor.objects.filter(model_version=OuterRef("pk"), is_enabled=True)
    rows = in_production().filter(**{f"{field}__in": refs}).select_related(None).annotate(good=Exists(watching))
    counts = rows.order_by().values(field).annotate(all=Count("pk"), held=Count("pk", filter=Q(good=True)))
    page = reverse("monitoring:monitor-list")
    return {
        row[field]: Standing(
            row["held"] == row["all"], f"{row['held']} of {row['all']} versions in production are watched.", _FIX, page
        )
        for row in counts
    }


@check_of(
    "models",
    "watched",
    label="What is in production is watched for drift",
    severity="high",
    fix="Set up a drift monitor for what is in production.",
)
def watched(refs: Sequence[UUID]) -> Mapping[UUID, Standing]:
    """An enabled monitor compares it with what it learned from."""
    return _watched("model_id", refs)


@check_of(
    "pipelines",
    "monitoring",
    label="What it registered and is in production is watched",
    severity="high",
    fix="Set up drift monitors for what the pipeline has in production.",
)
def monitoring(refs: Sequence[UUID]) -> Mapping[UUID, Standing]:
    """The same for the versions of one pipeline."""
    return _watched("created_by_id", refs)
