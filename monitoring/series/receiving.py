"""Taking in metric points: late, twice and changed ones; and no more series than a model may have."""

import datetime as dt
from collections import Counter
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import connection, transaction

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict
from registry.models import ModelVersion, RegisteredModel
from registry.ranking.directions import direction_of

from .audit_events import POINTS_RECEIVED
from .models import Point, Series
from .sent_points import SentPoint, read_points

REPLACE, REJECT = "replace", "reject"
ON_DUPLICATE: Final = (REPLACE, REJECT)
_AT_ONCE: Final = 2000


class Taken(NamedTuple):
    """How many points were new or changed, how many were there already as they are, and of how many series."""

    points: int
    ignored: int
    series: int


@transaction.atomic
def receive_points(
    model: RegisteredModel,
    version: ModelVersion | None,
    run: str,
    sent: list[Any],
    *,
    on_duplicate: str = REPLACE,
    now: dt.datetime,
    actor: Actor,
) -> Taken:
    """Store points that arrived at ``now``; a point is told by its series, time and step, and the same again is none.

    Another value for a point that is there replaces it, or, with ``on_duplicate`` "reject", raises Conflict. Raises
    Invalid for the first point at fault.
    """
    points = read_points(sent, now)
    newest: dict[tuple[str, str, dt.datetime, int], SentPoint] = {
        (point.name, point.segment, point.at, point.step): point for point in points
    }
    _one_at_a_time(model)
    series = _series_of(model, version, run, list(newest.values()))
    stored = _stored(list(series.values()), list(newest.values()))
    rows = []
    added = Counter(dict.fromkeys((row.pk for row in series.values()), 0))
    for point in newest.values():
        pk = series[point.name, point.segment].pk
        known = stored.get((pk, point.at, point.step))
        if known == point.value:
            continue
        if known is not None and on_duplicate == REJECT:
            raise Conflict(
                f"{point.name} has another value at {point.at:%Y-%m-%dT%H:%M:%SZ}, step {point.step}. Nothing was "
                "stored; leave the point out, or send on_duplicate: replace.",
                code="metric.contradicted",
                field="points",
            )
        added[pk] += known is None
        rows.append(Point(series_id=pk, at=point.at, step=point.step, value=point.value, received_at=now))
    Point.objects.bulk_create(
        rows,
        batch_size=_AT_ONCE,
        update_conflicts=True,
        unique_fields=["series", "at", "step"],
        update_fields=["value", "received_at"],
    )
    _note_newest(added)
    record(
        POINTS_RECEIVED,
        model,
        actor=actor,
        model=model.name,
        points=len(rows),
        series=len(series),
        ignored=len(points) - len(rows),
    )
    return Taken(len(rows), len(points) - len(rows), len(series))


def _series_of(
    model: RegisteredModel, version: ModelVersion | None, run: str, points: list[SentPoint]
) -> dict[tuple[str, str], Series]:
    """The series of the points, those made that are new. Raises Conflict when the model would have too many."""
    owned = Series.objects.filter(model=model, version=version, run=run)
    found = {(row.name, row.segment): row for row in owned}
    wanted = {(point.name, point.segment): point for point in points}
    new = [
        Series(
            model=model,
            version=version,
            run=run,
            name=name,
            segment=segment,
            unit=point.unit,
            direction=direction_of(name, model.metric_directions, model.task_type),
        )
        for (name, segment), point in wanted.items()
        if (name, segment) not in found
    ]
    most = settings.MODELOPS_MAX_SERIES
    # Trainings come and go: what is bounded is each run, and all that is deployed.
    count = len(found) if run else Series.objects.filter(model=model, run="").count()
    if count + len(new) > most:
        raise Conflict(
            f"{model} would have {count + len(new)} metric series; {most} are allowed. Nothing was stored. Put what "
            "changes from call to call (ids, times, people) into neither name nor segment.",
            code="metric.too_many_series",
            field="points",
        )
    for row in Series.objects.bulk_create(new):
        found[row.name, row.segment] = row
    return {key: found[key] for key in wanted}


def _stored(series: list[Series], points: list[SentPoint]) -> dict[tuple[int, dt.datetime, int], float]:
    rows = Point.objects.filter(series__in=series, at__in={point.at for point in points})
    return {(pk, at, step): value for pk, at, step, value in rows.values_list("series_id", "at", "step", "value")}


def _one_at_a_time(model: RegisteredModel) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('series ' || %s, 0))", [str(model.pk)])


def _note_newest(added: Counter[int]) -> None:
    """Write count and newest point into the series: by time and step, not by arrival, so that a late point is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE series_series s SET points_count = s.points_count + given.added, last_at = n.at,"
            " last_step = n.step, last_value = n.value FROM unnest(%s::bigint[], %s::bigint[]) given (pk, added),"
            " LATERAL (SELECT at, step, value FROM series_point WHERE series_id = given.pk"
            " ORDER BY at DESC, step DESC LIMIT 1) n WHERE s.id = given.pk",
            [list(added), list(added.values())],
        )
