"""Series go with their model, those of a version with it."""

from collections.abc import Iterable

from registry.deletion.events import Row
from registry.deletion.keeping import clears
from registry.models import Artifact, ModelVersion, RegisteredModel

from .models import Point, Series


@clears
def clear_series(row: Row) -> Iterable[Artifact]:
    """Remove the series of a model or version that is purged."""
    if isinstance(row, RegisteredModel):
        rows = Series.objects.filter(model=row)
    elif isinstance(row, ModelVersion):
        rows = Series.objects.filter(version=row)
    else:
        return []
    Point.objects.filter(series__in=rows).delete()
    rows.delete()
    return []
