"""What a run of a monitor compares: a reference that was profiled once, with new data or with a sketch of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from modelops.lib.errors import NotFound

from .models import ProfileColumn, ReferenceProfile
from .profiles import profile_of, published
from .pushed import sketch_of

if TYPE_CHECKING:
    import pyarrow as pa

    from dataquality.reading import SealedTable
    from monitoring.drift.categories import Counted, TooManyCategories
    from monitoring.drift.columns import NumberReference
    from monitoring.drift.comparison import Feature, Progress
    from monitoring.drift.evaluation import Policy
    from monitoring.drift.segments import Part
    from monitoring.models.drift import DriftRun
    from registry.models import DatasetVersion

    from .services import Asked


class ProfiledReference:
    """A reference whose columns of numbers are taken in order from its profile; the others are counted again."""

    def __init__(self, table: SealedTable, profile: ReferenceProfile) -> None:
        self._table = table
        self._profile = profile
        self.schema: pa.Schema = table.schema

    def prepared(self, names: list[str]) -> Iterator[tuple[str, NumberReference | Counted | TooManyCategories]]:
        """The named columns, in the given order."""
        from monitoring.drift.comparison import prepared_column
        from monitoring.drift.ordered_bytes import from_bytes

        rows = ProfileColumn.objects.filter(profile=self._profile, name__in=names)
        kept = set(rows.filter(values__isnull=False).values_list("name", flat=True))
        others = self._table.columns([name for name in names if name not in kept])
        for name in names:
            if name in kept:
                yield name, from_bytes(rows.values_list("values", flat=True).get(name=name))
            else:
                yield name, prepared_column(next(others)[1])


def prepared_reference(version: DatasetVersion) -> SealedTable | ProfiledReference:
    """The reference by its profile, or the table itself where it has none."""
    from dataquality.reading import SealedTable

    profile = profile_of(version)
    table = SealedTable(version)
    return table if profile is None else ProfiledReference(table, profile)


def compare_run(run: DriftRun, asked: Asked, progress: Progress) -> tuple[list[Feature], list[Part]]:
    """The features of a run and of its segments; a sketch has no segments, its columns are counted apart."""
    from dataquality.reading import SealedTable
    from monitoring.drift.comparison import measure
    from monitoring.drift.segments import decide_segments, measure_segments

    if run.current is None:
        return compare_pushed(run, asked.policy, asked.features), []
    reference, current = prepared_reference(run.reference), SealedTable(run.current)
    found, missing = measure(
        reference, current, features=asked.features, wasserstein=asked.wasserstein, progress=progress
    )
    parts: list[Part] = []
    if asked.segments:  # rows belong together here, which a profile does not tell: the reference is read again
        names = [name for name, feature in found.items() if not feature.reason]
        parts = measure_segments(SealedTable(run.reference), current, asked.segments, names, progress)
    return decide_segments(found, missing, parts, asked.policy)


def compare_pushed(run: DriftRun, policy: Policy, names: list[str] | None) -> list[Feature]:
    """The features of a pushed sketch. Raises NotFound where sketch or profile are gone."""
    from monitoring.drift.sketched import compare_sketch

    sketch = sketch_of(run.pushed_batch) if run.pushed_batch else None
    profile = ReferenceProfile.objects.filter(pk=sketch["profile"]).first() if sketch else None
    if sketch is None or profile is None:
        raise NotFound(
            "The sketch is not kept any more, or the profile that it was counted in. Push a new one.",
            code="sketch.gone",
        )
    return compare_sketch(dict(published(profile, names)), sketch["columns"], sketch["rows"], policy)
