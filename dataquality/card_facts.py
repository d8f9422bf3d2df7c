"""What quality runs know for the technical documentation: the score of the data that a version was trained on."""

from collections.abc import Iterator

from dataquality.models import QualityRun, RunState
from registry.cards.known import Fact, knows
from registry.models import ModelVersion


@knows(2)
def examined(version: ModelVersion) -> Iterator[Fact]:
    """The newest score of each dataset version, of those that everybody may know of."""
    for data in version.datasets.filter(dataset__is_restricted=False).select_related("dataset").order_by("pk")[:50]:
        runs = QualityRun.objects.filter(dataset_version=data, state=RunState.SUCCEEDED)
        run = runs.order_by("-created_at", "-id").first()
        if run is not None and run.score is not None:
            yield f"Quality of {data}", f"{run.score:.1f} of 100, examined {run.created_at:%Y-%m-%d}"
