"""Concept drift by the clock: does a version err more often than it did? Over the labels that have come so far.

Labels come late, and not all alike: complaints come before silence. So hours are left out of which far fewer
predictions have a label than is usual. The newest thousand of the others are held against all before, and so is what
came after the change that ADWIN or Page-Hinkley saw: an alert needs a difference that is no chance.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.utils import timezone

from compliance.audit import Actor
from monitoring.alerts.services import raise_alert, resolve
from monitoring.drift.adwin import Adwin
from monitoring.drift.concept import PageHinkley
from monitoring.models.alerts import LIVE, Alert, Severity

from .figures import Figures
from .models import Stream, Window
from .performance import ERROR, metric_of
from .restricting import USABLE

WATCH: Final = Actor.system("monitoring")
LOOKS_BACK: Final = dt.timedelta(days=30)
MOST_ROWS: Final = 10_000
FEWEST: Final = 100  # labelled predictions, and half of that on each side of a change
MOST_STREAMS: Final = 200
WINDOW: Final = 1000
COMPLETE: Final = 0.8  # of the share of labels that is usual
# Looked at every five minutes: at 95 % there would be a false alarm a day (B. L. Welch, Biometrika 34, 1947).
Z: Final = 3.29


@dataclass(frozen=True, slots=True)
class Fall:
    """The mean error before and after a change; ``is_share`` where an error is a wrong answer."""

    before: float
    after: float
    count: int
    is_share: bool


def fall_of(errors: list[float]) -> Fall | None:
    """The newest change for the worse in a stream of errors, each 0 or 1 or an amount; None where there is none.

    >>> fall_of([0.0, 0.0, 0.0, 1.0] * 100) is None
    True
    >>> fall_of([0.0, 0.0, 0.0, 1.0] * 100 + [1.0, 1.0, 0.0, 1.0] * 50).after > 0.6
    True
    """
    import numpy as np

    if len(errors) < FEWEST:
        return None
    values = np.array(errors)
    is_share = bool(np.isin(values, (0.0, 1.0)).all())
    # Detectors take values from 0 to 1; of amounts the upper hundredth is cut.
    top = 1.0 if is_share else float(np.quantile(values, 0.99)) or 1.0
    scaled = np.clip(values / top, 0.0, 1.0)
    risen = PageHinkley(threshold=20.0).first_rise(scaled)
    places = [len(values) - min(WINDOW, len(values) // 2), *Adwin().changes(scaled)[-1:]]
    for place in places if risen is None else [*places, risen]:
        place = min(max(place, FEWEST // 2), len(values) - FEWEST // 2)
        before, after = values[:place], values[place:]
        spread = math.sqrt(before.var(ddof=1) / len(before) + after.var(ddof=1) / len(after))
        if after.mean() - before.mean() > Z * spread:
            return Fall(float(before.mean()), float(after.mean()), len(after), is_share)
    return None


def errors_of(stream: Stream, now: dt.datetime) -> list[float]:
    """What each labelled prediction of 30 days was wrong by, oldest first, but for hours that wait for labels."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.at, CASE WHEN p.number IS NOT NULL AND t.number IS NOT NULL AND %s"  # noqa: S608  constants alone
            " THEN abs(p.number - t.number)"
            " ELSE (NOT coalesce(p.number = t.number OR (p.label <> '' AND p.label = t.label), false))::int END"
            " FROM predictions_prediction p JOIN predictions_groundtruth t"
            " ON t.model_id = %s AND t.key = p.key AND t.is_current AND p.key <> ''"
            " WHERE p.stream_id = %s AND p.at >= %s AND (p.number IS NOT NULL OR p.label <> '')"
            f" AND {USABLE} ORDER BY p.at DESC LIMIT %s",
            [metric_of(stream) == ERROR, stream.model_id, stream.pk, now - LOOKS_BACK, MOST_ROWS],
        )
        rows = cursor.fetchall()
    waiting = _waiting_hours(stream, now - LOOKS_BACK)
    hours = ((at.replace(minute=0, second=0, microsecond=0), error) for at, error in reversed(rows))
    return [float(error) for hour, error in hours if hour not in waiting]


def _waiting_hours(stream: Stream, since: dt.datetime) -> set[dt.datetime]:
    """Hours of which far fewer predictions have a label than is usual for the stream."""
    shares = {}
    windows = Window.objects.filter(stream=stream, starts_at__gte=since)
    for starts_at, said in windows.values_list("starts_at", "figures"):
        figures = Figures.of(said)
        if figures.labelled:
            shares[starts_at] = figures.labelled / figures.answered
    if not shares:
        return set()
    usual = statistics.median(shares.values())
    return {hour for hour, share in shares.items() if share < COMPLETE * usual}


def watch_errors() -> int:
    """Look at every stream that labels came for; how many alerts were opened or ended. Safe to run twice."""
    now = timezone.now()
    changed = 0
    streams = Stream.objects.filter(model__deleted_at=None, windows__computed_at__gt=now - dt.timedelta(hours=24))
    for stream in streams.distinct().select_related("model").order_by("pk")[:MOST_STREAMS]:
        key = f"concept:{stream.pk}"
        live = Alert.objects.filter(key=key, state__in=LIVE).first()
        fall = fall_of(errors_of(stream, now))
        if fall is not None and live is None:
            _tell(stream, key, fall)
            changed += 1
        elif fall is None and live is not None:
            resolve(live, actor=WATCH)
            changed += 1
    return changed


def _tell(stream: Stream, key: str, fall: Fall) -> None:
    name = f"[restricted model] v{stream.version_number}" if stream.model.is_restricted else str(stream)
    if fall.is_share:
        right = f"right in {1 - fall.after:.1%} of the newest labelled predictions, was {1 - fall.before:.1%}"
        title = f"{name}: {right}"
    else:
        title = f"{name}: off by {fall.after:.3g} in the newest labelled predictions, was {fall.before:.3g}"
    raise_alert(
        key,
        title,
        body=f"The change shows in {fall.count} labelled predictions and is no chance (99.9 %). Hours that wait for "
        "labels are not counted. Look at the performance page of the model and at the drift of its features.",
        severity=Severity.HIGH,
        source=None,
        actor=WATCH,
    )
