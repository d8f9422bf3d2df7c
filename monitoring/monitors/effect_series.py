"""The drift of each feature, run after run, as a series that alert rules watch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Q
from django.utils import timezone

from monitoring.alerts.channels.base import Field
from monitoring.alerts.rules.sources import MOST_POINTS, SeriesSource, Value, Wanted, sources
from monitoring.models.drift import DriftFeature
from registry.models import Dataset

MEASURES = (("statistic", "D, or total variation"), ("psi", "PSI"), ("jensen_shannon", "Jensen-Shannon distance"))


@sources.register("drift_of_feature")
class FeatureDriftSeries(SeriesSource):
    """What was measured of one feature in each comparison of a dataset's versions, or of sketches against it."""

    label = "Drift of a feature of a dataset"
    fields = (
        Field("dataset", "Dataset", "Its name in the registry.", max_length=250),
        Field("feature", "Feature", "The name of the column.", max_length=255),
        Field("measure", "Measure", kind="choice", required=False, default="statistic", choices=MEASURES),
    )

    @classmethod
    def read(cls, wanted: Sequence[Wanted]) -> list[list[Value] | None]:
        names = {one.params["dataset"] for one in wanted}
        known = set(Dataset.objects.filter(name__in=names, is_restricted=False).values_list("name", flat=True))
        since = min((one.since for one in wanted), default=timezone.now())
        of_version = Q(run__current__dataset__name__in=known, run__current__dataset__is_restricted=False)
        of_sketch = Q(run__current=None, run__reference__dataset__name__in=known) & (
            Q(run__pushed_for=None) | Q(run__pushed_for__is_restricted=False)
        )
        rows = DriftFeature.objects.filter(
            of_version | of_sketch,
            name__in={one.params["feature"] for one in wanted},
            statistic__isnull=False,
            run__reference__dataset__is_restricted=False,
            run__finished_at__gt=since,
        ).order_by("run__finished_at", "run_id")
        found: dict[tuple[str, str, str], list[Value]] = defaultdict(list)
        for current, reference, name, at, statistic, measures in rows.values_list(
            "run__current__dataset__name",
            "run__reference__dataset__name",
            "name",
            "run__finished_at",
            "statistic",
            "measures",
        ):
            for measure, _ in MEASURES:
                value = statistic if measure == "statistic" else measures.get(measure)
                if value is not None:
                    found[current or reference, name, measure].append(Value(at, float(value)))
        return [
            [value for value in found[_key(one)] if value.at > one.since][-MOST_POINTS:]
            if one.params["dataset"] in known
            else None
            for one in wanted
        ]


def _key(one: Wanted) -> tuple[str, str, str]:
    return one.params["dataset"], one.params["feature"], one.params.get("measure") or "statistic"
