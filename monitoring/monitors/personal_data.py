"""What drift monitors keep about a person: which of them they own, changed or accepted drift in."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from compliance.audit import Actor
from compliance.subjects.mentions import free_text
from compliance.subjects.providers import ExportedRow, PersonalDataProvider, Section, Subject, exempt, providers

from .models import AcceptedDrift, DriftMonitor, MonitorPolicy


@providers.register("monitors.monitors")
class MonitorWork(PersonalDataProvider):
    """References from monitors, policies and acceptances to accounts."""

    label = "Drift monitors that you look after"
    covers = frozenset({"monitors.DriftMonitor", "monitors.MonitorPolicy", "monitors.AcceptedDrift"})
    sections = (
        Section(
            "monitors.monitors",
            "Drift monitors that you look after",
            {"what": "What you did", "monitor": "The monitor", "created_at": "When"},
            source="you, by doing it",
        ),
    )

    def find(self, subject: Subject) -> int:
        """How many rows name the person."""
        return sum(rows.count() for _, rows, _ in _rows(subject))

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        """One line a row."""
        for what, rows, _ in _rows(subject):
            for row in rows.order_by("id").iterator():
                yield ExportedRow(
                    "monitors.monitors", {"what": what, "monitor": str(row), "created_at": row.created_at}
                )

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """Forget who it was; monitors and policies stay."""
        return sum(rows.update(**{field: None}) for _, rows, field in _rows(subject))


def _rows(subject: Subject) -> list[tuple[str, QuerySet[Any], str]]:
    accounts = subject.account_ids
    return [
        ("set up", DriftMonitor.objects.filter(owner__in=accounts), "owner"),
        ("changed its policy", MonitorPolicy.objects.filter(changed_by__in=accounts), "changed_by"),
        ("accepted drift", AcceptedDrift.objects.filter(owner__in=accounts), "owner"),
    ]


exempt("monitors.MonitorRun", "It names a run and thresholds.")
exempt("monitors.RunSegment", "It names values of columns that thirty rows or more have in common, encrypted.")
exempt("monitors.ReferenceProfile", "It names a dataset version and counts its rows and columns.")
exempt("monitors.ProfileColumn", "Columns in order, apart from each other: no row of anybody can be found in them.")
free_text("monitors.AcceptedDrift", "why")
free_text("monitors.MonitorPolicy", "why")
