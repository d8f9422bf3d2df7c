"""Who asked for imports."""

from collections.abc import Iterator

from compliance.audit import Actor
from compliance.subjects.mentions import free_text
from compliance.subjects.personal_data import exempt
from compliance.subjects.providers import ExportedRow, PersonalDataProvider, Section, Subject, providers

from .models import DataImport

exempt("sources.DataSource", "A place of data and the roles that read it; it names no person.")
free_text("sources.DataImport", "key")


@providers.register("sources.importers")
class Importers(PersonalDataProvider):
    """References from imports to accounts."""

    label = "Dataset versions you imported"
    covers = frozenset({"sources.DataImport"})
    sections = (
        Section(
            "sources.imports",
            "Dataset versions you imported",
            {"what": "What you imported", "created_at": "When you asked for it"},
            source="you, by asking for it",
        ),
    )

    def find(self, subject: Subject) -> int:
        """How many imports name the person."""
        return DataImport.objects.filter(requested_by__in=subject.account_ids).count()

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        """One row an import."""
        rows = DataImport.objects.filter(requested_by__in=subject.account_ids).select_related("source")
        for row in rows.order_by("id").iterator():
            yield ExportedRow("sources.imports", {"what": str(row), "created_at": row.created_at})

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """Forget who asked; where the version comes from stays."""
        return DataImport.objects.filter(requested_by__in=subject.account_ids).update(requested_by=None)
