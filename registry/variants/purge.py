"""Variants go with the version that they were made from."""

from collections.abc import Iterable

from registry.deletion.events import Row
from registry.deletion.keeping import clears
from registry.models import Artifact, ModelVersion

from .models import Variant


@clears
def clear_variants(row: Row) -> Iterable[Artifact]:
    """Remove the rows of the variants of a version that is purged; their artifacts go with them."""
    if not isinstance(row, ModelVersion):
        return []
    variants = Variant.objects.filter(version=row)
    artifacts = list(Artifact.objects.filter(variant__in=variants))
    variants.delete()
    return artifacts
