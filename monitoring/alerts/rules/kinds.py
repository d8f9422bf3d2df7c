"""The kinds of series that come with the portal: metrics, quality, drift, findings and events of the ledger."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from compliance.audit.models import AuditEvent
from dataquality.models import QualityRun
from monitoring.alerts.channels.base import Field
from monitoring.models.alerts import Alert
from monitoring.models.drift import DriftRun
from monitoring.series.models import Point, Series
from registry.models import Dataset

from .sources import MOST_POINTS, SeriesSource, Value, Wanted, sources

_DATASET = Field("dataset", "Dataset", "Its name in the registry.", max_length=250)
_BATCH = 5000


@sources.register("metric")
class MetricSeries(SeriesSource):
    """A metric of a model, as pipelines and the portal write them."""

    label = "Metric of a model"
    fields = (
        Field("model", "Model", "Its name in the registry.", max_length=250),
        Field("metric", "Metric", "accuracy, latency_p95, …", max_length=100),
        Field("version", "Version", "Empty: the newest series of any version.", kind="integer", required=False),
        Field("segment", "Segment", "Empty: all that the model sees.", required=False, max_length=100),
    )

    @classmethod
    def read(cls, wanted: Sequence[Wanted]) -> list[list[Value] | None]:
        found = _series({(one.params["model"], one.params["metric"]) for one in wanted})
        chosen = [_choose(found, one) for one in wanted]
        since: dict[int, datetime] = {}
        for one, series in zip(wanted, chosen, strict=True):
            if series is not None and series.last_at is not None and series.last_at > one.since:
                since[series.pk] = min(one.since, since.get(series.pk, one.since))
        values = _points(since)
        return [
            None if series is None else [v for v in values.get(series.pk, ()) if v.at > one.since]
            for one, series in zip(wanted, chosen, strict=True)
        ]


def _series(names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[Series]]:
    names = list(names)
    found: dict[tuple[str, str], list[Series]] = defaultdict(list)
    rows = Series.objects.filter(
        model__name__in={model for model, _ in names},
        name__in={metric for _, metric in names},
        model__is_restricted=False,
    )
    for row in rows.select_related("model", "version").order_by("id"):
        found[row.model.name, row.name].append(row)
    return found


def _choose(found: dict[tuple[str, str], list[Series]], one: Wanted) -> Series | None:
    version, segment = one.params.get("version"), one.params.get("segment", "")
    fitting = [
        row
        for row in found.get((one.params["model"], one.params["metric"]), ())
        if row.segment == segment and (version is None or (row.version and row.version.number == version))
    ]
    return max(fitting, key=lambda row: (row.last_at is not None, row.last_at or 0, row.pk), default=None)


def _points(since: dict[int, datetime]) -> dict[int, list[Value]]:
    """Points of many series in a few statements: those with the same beginning are asked for together."""
    by_moment: dict[datetime, list[int]] = defaultdict(list)
    for series, moment in since.items():
        by_moment[moment.replace(second=0, microsecond=0)].append(series)
    values: dict[int, list[Value]] = defaultdict(list)
    for moment, series in by_moment.items():
        for start in range(0, len(series), _BATCH):
            rows = Point.objects.filter(series__in=series[start : start + _BATCH], at__gte=moment)
            for pk, at, value in rows.order_by("series", "at", "step").values_list("series", "at", "value"):
                values[pk].append(Value(at, value))
    return {pk: found[-MOST_POINTS:] for pk, found in values.items()}


@sources.register("quality")
class QualitySeries(SeriesSource):
    """The score of each quality run of a dataset."""

    label = "Quality score of a dataset"
    fields = (_DATASET,)

    @classmethod
    def read(cls, wanted: Sequence[Wanted]) -> list[list[Value] | None]:
        runs = QualityRun.objects.filter(score__isnull=False)
        return _of_datasets(wanted, runs, "dataset_version__dataset__name", "score")


@sources.register("drift")
class DriftSeries(SeriesSource):
    """The share of drifted features in each comparison of a dataset's versions, from 0 to 1."""

    label = "Share of drifted features of a dataset"
    fields = (_DATASET,)

    @classmethod
    def read(cls, wanted: Sequence[Wanted]) -> list[list[Value] | None]:
        runs = DriftRun.objects.filter(features_compared__gt=0, drifted__isnull=False)
        runs = runs.filter(reference__dataset__is_restricted=False)
        return _of_datasets(wanted, runs, "current__dataset__name", "features_drifted", "features_compared")


def _of_datasets(wanted: Sequence[Wanted], runs: Any, name: str, *columns: str) -> list[list[Value] | None]:
    names = {one.params["dataset"] for one in wanted}
    known = set(Dataset.objects.filter(name__in=names, is_restricted=False).values_list("name", flat=True))
    since = min((one.since for one in wanted), default=timezone.now())
    rows = runs.filter(**{f"{name}__in": known}, finished_at__gt=since).order_by("finished_at", "id")
    values: dict[str, list[Value]] = defaultdict(list)
    for dataset, at, *figures in rows.values_list(name, "finished_at", *columns):
        value = float(figures[0]) / float(figures[1]) if len(figures) > 1 else float(figures[0])
        values[dataset].append(Value(at, value))
    return [
        [value for value in values[one.params["dataset"]] if value.at > one.since][-MOST_POINTS:]
        if one.params["dataset"] in known
        else None
        for one in wanted
    ]


@sources.register("findings")
class FindingSeries(SeriesSource):
    """How many findings of the security posture are open now."""

    label = "Open findings of the security posture"
    fields = (
        Field("control", "Control", "Its key, such as keys.age; empty: all controls.", required=False, max_length=100),
    )

    @classmethod
    def read(cls, wanted: Sequence[Wanted]) -> list[list[Value] | None]:
        now = timezone.now()
        keys = list(Alert.objects.live().filter(key__startswith="finding:").values_list("key", flat=True)[:10_000])
        counted = (
            sum(
                key.startswith(f"finding:{control}:" if (control := one.params.get("control")) else "finding:")
                for key in keys
            )
            for one in wanted
        )
        return [[Value(now, float(number))] for number in counted]


@sources.register("events")
class EventSeries(SeriesSource):
    """How often an event stands in the audit ledger within the last minutes."""

    label = "Events of the audit ledger"
    fields = (
        Field("event", "Event", "Its name, such as accounts.sign_in.failed.", max_length=100),
        Field("minutes", "Within minutes", kind="integer", required=False, default=5),
    )

    @classmethod
    def read(cls, wanted: Sequence[Wanted]) -> list[list[Value] | None]:
        now = timezone.now()
        windows = {(one.params["event"], int(one.params.get("minutes", 5))) for one in wanted}
        counted: dict[tuple[str, int], int] = {}
        for minutes in {minutes for _, minutes in windows}:
            names = {name for name, length in windows if length == minutes}
            rows = AuditEvent.objects.filter(Q(name__in=names), recorded_at__gt=now - timedelta(minutes=minutes))
            for name, number in rows.order_by().values_list("name").annotate(number=Count("pk")):
                counted[name, minutes] = number
        return [
            [Value(now, float(counted.get((one.params["event"], int(one.params.get("minutes", 5))), 0)))]
            for one in wanted
        ]
