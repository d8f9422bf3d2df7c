"""What a detection would have told over the ledger that is there, under the limits in force and under others."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from modelops.lib.errors import Invalid

from .base import Detector, Happened, Seen, detectors, typical

MOST: Final = 200_000


@dataclass(slots=True)
class Fired:
    """One time that a limit was reached, until less happened again; who it is about, with the end of an id."""

    who: str
    at: datetime
    count: int
    expected: int


def back_test(
    kind: str, now: Mapping[str, int], then: Mapping[str, int], *, days: int
) -> tuple[list[Fired], list[Fired]]:
    """When it would have fired over the last days under the limits ``now`` and ``then``, the oldest first.

    Raises Invalid when the ledger of these days has more rows than one answer reads: half of them would be a lie.
    """
    detector = detectors.get(kind)
    since = timezone.now() - timedelta(days=days)
    rows: list[Happened] = []
    for row in detector().happened(since - detector.baseline - detector.within, MOST + 1):
        rows.append(row)
        if len(rows) > MOST:
            raise Invalid(
                f"There are more than {MOST:,} rows of the ledger to look at; choose fewer days.",
                code="threshold.too_many_rows", field="days",
            )  # fmt: skip
    return firings(detector(now), rows, since), firings(detector(then), rows, since)


def firings(detector: Detector, rows: Iterable[Happened], since: datetime) -> list[Fired]:
    """Slide the window of the detector over the rows, for each one that they are about."""
    streams: dict[tuple[str, ...], list[Happened]] = {}
    for row in rows:
        streams.setdefault((row.limit, row.what, row.about_kind, row.about_ref), []).append(row)
    fired: list[Fired] = []
    for stream in streams.values():
        stream.sort(key=lambda row: row.at)
        fired.extend(_of_one(detector, stream, since))
    return sorted(fired, key=lambda one: one.at)


def _of_one(detector: Detector, rows: list[Happened], since: datetime) -> Iterator[Fired]:
    usual = _Usual(rows, detector.baseline)
    first = total = 0
    present: Fired | None = None
    for row in rows:
        total += row.weight
        begins = row.at - detector.within
        while rows[first].at < begins:
            total -= rows[first].weight
            first += 1
        if present is not None and first and rows[first] is row:
            # Nothing else is left in the window: however much this row alone counts, it is another time.
            yield present
            present = None
        # No limit is less than the one that is set, so most rows need no look at what was usual.
        over = total >= detector.limits[row.limit]
        expected = detector.expected(row.limit, usual.before(begins, first) if over else 0)
        if not (over and total >= expected):
            if present is not None:
                yield present
            present = None
        elif present is not None:
            present.count = max(present.count, total)
        elif row.at >= since:
            who = Seen(row.about_kind, row.about_ref, 0, 0, "", ()).who
            present = Fired(who, row.at, total, expected)
    if present is not None:
        yield present


class _Usual:
    """The usual busy hour in the rows before a window, which moves forward only."""

    def __init__(self, rows: list[Happened], baseline: timedelta) -> None:
        self._rows, self._baseline = rows, baseline
        self._hours: dict[datetime, int] = {}
        self._from = self._to = 0

    def before(self, moment: datetime, first: int) -> int:
        """Over the baseline that ends at ``moment``, before which ``first`` rows are."""
        if not self._baseline:
            return 0
        for row in self._rows[self._to : first]:
            self._add(row, 1)
        self._to = max(self._to, first)
        while self._from < self._to and self._rows[self._from].at < moment - self._baseline:
            self._add(self._rows[self._from], -1)
            self._from += 1
        return typical((hour, number) for hour, number in self._hours.items() if number)

    def _add(self, row: Happened, number: int) -> None:
        hour = row.at.replace(minute=0, second=0, microsecond=0)
        self._hours[hour] = self._hours.get(hour, 0) + number
