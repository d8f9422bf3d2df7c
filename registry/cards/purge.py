"""Cards go with their model, explanations with their version."""

from collections.abc import Iterable

from registry.deletion.events import Row
from registry.deletion.keeping import clears
from registry.models import Artifact, ModelVersion, RegisteredModel

from .models import CardDraft, CardRevision, Explanation, ImpactAssessment


@clears
def clear_cards(row: Row) -> Iterable[Artifact]:
    """Remove the revisions of a model, or the explanations of a version, that is purged."""
    if isinstance(row, RegisteredModel):
        CardDraft.objects.filter(model=row).delete()
        CardRevision.objects.filter(model=row).delete()
        ImpactAssessment.objects.filter(model=row).delete()
    elif isinstance(row, ModelVersion):
        Explanation.objects.filter(version=row).delete()
    return []
