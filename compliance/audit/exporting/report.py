"""Figures of a period: how many events there were, of which kinds, and how many were denied or failed."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from ..actor import Actor
from ..events import event_classes
from ..ledger import record
from ..models import AuditEvent, Outcome
from ..partitions import recorded_within
from .events import REPORT_MADE
from .forms import csv_line, end_line
from .period import CLOCKS_APART, Period, told
from .recording import recorded_or_nothing
from .signing import signed

MEDIA: Final = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}
COLUMNS: Final = ("kind", "name", "meaning", "total", *Outcome.values)


@dataclass(frozen=True, slots=True)
class Line:
    """Figures of everything ("total"), of a category or of an action."""

    kind: str
    name: str
    meaning: str
    total: int
    success: int
    denied: int
    failure: int

    def cells(self) -> list[Any]:
        """By `COLUMNS`."""
        return [getattr(self, name) for name in COLUMNS]


@dataclass(frozen=True, slots=True)
class Report:
    """``since`` is inclusive, ``until`` exclusive."""

    period: Period
    made_at: str
    total: Line
    categories: list[Line]
    actions: list[Line]

    @property
    def lines(self) -> list[Line]:
        return [self.total, *self.categories, *self.actions]


def make_report(period: Period, *, actor: Actor, form: str = "page") -> Report:
    """Record that the figures are asked for, then count them. Raises Unavailable when that cannot be recorded."""
    with recorded_or_nothing():
        record(REPORT_MADE, None, actor=actor, form=form, since=told(period.since), until=told(period.until))
    counts = {outcome: Count("id", filter=Q(outcome=outcome)) for outcome in Outcome.values}
    found: list[Any] = list(
        _of(period).order_by().values("category", "name").annotate(**counts).order_by("category", "name")
    )
    categories = sorted({row["category"] for row in found})
    return Report(
        period,
        told(timezone.now()),
        _line("total", "", "all events", found),
        [_line("category", name, "", [row for row in found if row["category"] == name]) for name in categories],
        [
            _line("action", row["name"], _meaning(row["name"]), [row])
            for row in sorted(found, key=lambda row: row["name"])
        ],
    )


def as_file(report: Report, form: str) -> Iterator[bytes]:
    """The figures as lines of a form of ``MEDIA``, signed at the end. Raises KeysUnavailable."""
    content = "".join(_text(report, form)).encode()
    digest = hashlib.sha256(content).digest()
    rows = len(report.lines) + (form == "jsonl")
    end = end_line(form, rows, digest, signed(rows, digest))
    yield content
    yield end.encode()


def _of(period: Period) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(recorded_within(period.since, period.until, apart=CLOCKS_APART))


def _line(kind: str, name: str, meaning: str, rows: list[dict[str, Any]]) -> Line:
    by_outcome = {outcome: sum(row[outcome] for row in rows) for outcome in Outcome.values}
    return Line(kind, name, meaning, sum(by_outcome.values()), **by_outcome)


def _meaning(action: str) -> str:
    declared = event_classes().get(action)
    return declared.sentence if declared else ""


def _text(report: Report, form: str) -> Iterator[str]:
    if form == "csv":
        yield csv_line(("index", *COLUMNS))
        for number, line in enumerate(report.lines):
            yield csv_line([number, *line.cells()])
        return
    head = {
        "modelops_audit_report": 1,
        "from": told(report.period.since),
        "made_at": report.made_at,
        "to": told(report.period.until),
    }
    for content in [head, *(dict(zip(COLUMNS, line.cells(), strict=True)) for line in report.lines)]:
        yield json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"
