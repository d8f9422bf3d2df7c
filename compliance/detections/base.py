"""The contract of a detection: one file for each kind."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from statistics import median
from typing import Any, ClassVar, Final, Literal

from django.db.models import QuerySet

from compliance.audit.models import AuditEvent
from modelops.lib.ids import first_id_at
from modelops.lib.plugins import Plugins

EVIDENCE: Final = 20
# Ids are made by web processes and times by the database: clocks that differ a little lose no row.
_CLOCKS_APART: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look has found: about whom, how much of it, what was expected, and the rows that show it.

    Only kinds, opaque ids and networks: the alert leaves the portal.
    """

    about_kind: str
    about_ref: str
    count: int
    expected: int
    words: str
    evidence: tuple[str, ...]

    @property
    def who(self) -> str:
        """In words, with the end of an id and never a name."""
        return masked(self.about_kind, self.about_ref)


def masked(kind: str, ref: str) -> str:
    """An account, a network or an object in an alert, which leaves the portal."""
    return f"{kind} …{ref[-8:]}" if len(ref) > 16 else f"{kind} {ref}".strip()


@dataclass(frozen=True, slots=True)
class Limit:
    """A number of a detection that people may change, and how far."""

    name: str
    label: str
    default: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Happened:
    """One row of the ledger that counts against a limit, and how much it counts.

    ``what`` keeps apart what is measured apart under the same limit.
    """

    limit: str
    about_kind: str
    about_ref: str
    at: datetime
    weight: int = 1
    what: str = ""


class Detector(ABC):
    """``within`` is the window that a look goes back; ``score`` says in which order people look at what is open.

    ``thresholds`` are the limits that people may change; a detector without any tells of every single row.
    ``baseline`` is how far the same account is looked at before the window, where it is measured by itself.
    """

    label: ClassVar[str]
    severity: ClassVar[Literal["warning", "high", "critical"]]
    score: ClassVar[int]
    within: ClassVar[timedelta]
    runbook: ClassVar[str]
    thresholds: ClassVar[tuple[Limit, ...]] = ()
    baseline: ClassVar[timedelta] = timedelta(0)

    def __init__(self, limits: Mapping[str, int] | None = None) -> None:
        self.limits = {one.name: one.default for one in self.thresholds} | dict(limits or {})

    @abstractmethod
    def look(self, since: datetime) -> Iterator[Seen]:
        """What has happened since then."""

    def happened(self, since: datetime, most: int) -> Iterator[Happened]:
        """What counts against the limits, for a back-test, from at most so many rows of the ledger.

        Each row that is read counts at least once: so whoever asks sees when the rows were cut off.
        """
        return iter(())

    def expected(self, limit: str, usual: int) -> int:
        """How much is too much for an account whose usual busy hour has ``usual``."""
        return self.limits[limit]


detectors: Plugins[Detector] = Plugins("detection", Detector)  # type: ignore[type-abstract]


def typical(hours: Iterable[tuple[datetime, int]]) -> int:
    """The usual busy hour: the median of the busiest hour of each day that has one, rounded up; 0 without any."""
    busiest: dict[date, int] = {}
    for hour, number in hours:
        busiest[hour.date()] = max(busiest.get(hour.date(), 0), number)
    return ceil(median(busiest.values())) if busiest else 0


def events_since(since: datetime, *names: str) -> QuerySet[AuditEvent]:
    """Rows of these events that were recorded since then, read from the newest part of the ledger alone."""
    rows = AuditEvent.objects.filter(pk__gte=first_id_at(since, -_CLOCKS_APART), recorded_at__gte=since)
    return rows.filter(name__in=names).order_by("id")


def grouped(rows: QuerySet[AuditEvent], *fields: str) -> dict[tuple[Any, ...], list[str]]:
    """Ids of the rows by these fields, at most 10,000 rows: more is a flood whatever the exact number."""
    groups: dict[tuple[Any, ...], list[str]] = {}
    for row in rows.values("pk", *fields)[:10_000]:
        groups.setdefault(tuple(row[field] for field in fields), []).append(str(row["pk"]))
    return groups
