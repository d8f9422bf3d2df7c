"""What monitoring knows for the technical documentation: drift since training, and open alerts."""

from collections.abc import Iterator

from django.db.models import Q

from monitoring.gates import about
from monitoring.models.drift import DriftRun, DriftState
from registry.cards.known import Fact, knows
from registry.models import ModelVersion

_NEWEST = 5


@knows(9)
def watched(version: ModelVersion) -> Iterator[Fact]:
    """The newest comparisons of later data with what the version was trained on, and how many alerts are open."""
    used = version.datasets.order_by().values("pk")
    open_to_all = Q(reference__dataset__is_restricted=False) & (
        Q(current__dataset__is_restricted=False) | Q(current__isnull=True, pushed_for__is_restricted=False)
    )
    runs = DriftRun.objects.filter(open_to_all, reference__in=used, state=DriftState.SUCCEEDED)
    for run in runs.select_related("reference__dataset", "current__dataset").order_by("-created_at", "-id")[:_NEWEST]:
        drifted = f"{run.features_drifted} of {run.features_compared} features drifted"
        yield f"Drift, {run.created_at:%Y-%m-%d}", f"{run.current_name} against {run.reference}: {drifted}"
    yield "Open alerts", str(about(version).count())
