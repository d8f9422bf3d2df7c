"""Whose account wrote a schema."""

from collections.abc import Iterator

from compliance.audit import Actor
from compliance.subjects.providers import ExportedRow, PersonalDataProvider, Section, Subject, providers

from .models import DatasetSchema


@providers.register("schemas.writers")
class SchemaWriters(PersonalDataProvider):
    """References from schemas to accounts."""

    label = "Dataset schemas you wrote"
    covers = frozenset({"schemas.DatasetSchema"})
    sections = (
        Section(
            "schemas.schemas",
            "Dataset schemas you wrote",
            {"what": "What you wrote", "created_at": "When you wrote it"},
            source="you, by writing it",
        ),
    )

    def find(self, subject: Subject) -> int:
        """How many versions name the person."""
        return DatasetSchema.objects.filter(created_by__in=subject.account_ids).count()

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        """One row a version; its columns are about the data and not about whoever wrote it."""
        rows = DatasetSchema.objects.filter(created_by__in=subject.account_ids).select_related("dataset")
        for row in rows.defer("document").order_by("id").iterator():
            yield ExportedRow("schemas.schemas", {"what": str(row), "created_at": row.created_at})

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """Forget who wrote it; the schema stays."""
        return DatasetSchema.objects.filter(created_by__in=subject.account_ids).update(created_by=None)
