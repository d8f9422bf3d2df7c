"""What the registry keeps about people: who owns and who uploaded what."""

import json
from collections.abc import Iterator

from compliance.audit import Actor
from compliance.subjects.mentions import free_text
from compliance.subjects.providers import (
    ExportedRow,
    PersonalDataProvider,
    Section,
    Subject,
    exempt,
    providers,
)

from .models import Dataset, DatasetVersion, ModelVersion, RegisteredModel, SavedFilter

_OWNED = {"name": "Name", "description": "Description", "created_at": "When it was made"}
_UPLOADED = {
    "name": "Name",
    "version": "Version number",
    "file_name": "What the uploaded file was called",
    "created_at": "When it was uploaded",
}


@providers.register("registry.ownership")
class Ownership(PersonalDataProvider):
    """Models, datasets and versions that name the person's account."""

    label = "Models and datasets that you own or uploaded"
    action = "anonymise"
    covers = frozenset(
        {"registry.RegisteredModel", "registry.Dataset", "registry.ModelVersion", "registry.DatasetVersion"}
    )
    sections = (
        Section("registry.models", "Models you own", _OWNED, source="you, when you registered them"),
        Section("registry.datasets", "Datasets you own", _OWNED, source="you, when you created them"),
        Section("registry.versions", "Model versions you uploaded", _UPLOADED, source="you, by uploading them"),
        Section(
            "registry.dataset_versions",
            "Dataset versions you uploaded",
            _UPLOADED,
            source="you, when you uploaded them",
        ),
    )

    def find(self, subject: Subject) -> int:
        accounts = subject.account_ids
        return (
            RegisteredModel.objects.filter(owner_id__in=accounts).count()
            + Dataset.objects.filter(owner_id__in=accounts).count()
            + ModelVersion.objects.filter(created_by_id__in=accounts).count()
            + DatasetVersion.objects.filter(created_by_id__in=accounts).count()
        )

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        accounts = subject.account_ids
        for section, owned in (("registry.models", RegisteredModel), ("registry.datasets", Dataset)):
            for row in owned.objects.filter(owner_id__in=accounts).order_by("id").iterator():
                fields = {"name": row.name, "description": row.description, "created_at": row.created_at}
                yield ExportedRow(section, fields)
        for section, uploaded, parent in (
            ("registry.versions", ModelVersion, "model"),
            ("registry.dataset_versions", DatasetVersion, "dataset"),
        ):
            rows = uploaded.objects.filter(created_by_id__in=accounts).select_related(parent, "artifact")
            for row in rows.order_by("id").iterator():
                yield ExportedRow(
                    section,
                    {
                        "name": getattr(row, parent).name,
                        "version": row.number,
                        "file_name": row.artifact.file_name,
                        "created_at": row.created_at,
                    },
                )

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """Cut the link to the account; the models and datasets themselves are the organisation's."""
        accounts = subject.account_ids
        return (
            RegisteredModel.objects.filter(owner_id__in=accounts).update(owner=None)
            + Dataset.objects.filter(owner_id__in=accounts).update(owner=None)
            + ModelVersion.objects.filter(created_by_id__in=accounts).update(created_by=None)
            + DatasetVersion.objects.filter(created_by_id__in=accounts).update(created_by=None)
        )


@providers.register("registry.saved_filters")
class SavedFilters(PersonalDataProvider):
    """Filters of lists that the person keeps under names of their own."""

    label = "Filters that you keep"
    covers = frozenset({"registry.SavedFilter"})
    sections = (
        Section(
            "registry.saved_filters",
            "Filters of lists you keep",
            {"name": "Name", "target": "List", "query": "What is asked for", "created_at": "When you kept it"},
            source="you, by keeping a filter",
        ),
    )

    def find(self, subject: Subject) -> int:
        return SavedFilter.objects.filter(owner_id__in=subject.account_ids).count()

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        for row in SavedFilter.objects.filter(owner_id__in=subject.account_ids).order_by("id").iterator():
            said = {"name": row.name, "target": row.target, "created_at": row.created_at}
            query = json.dumps(row.query, ensure_ascii=False)
            yield ExportedRow("registry.saved_filters", {**said, "query": query})

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """Nobody else uses them: they go."""
        return SavedFilter.objects.filter(owner_id__in=subject.account_ids).delete()[0]


exempt("registry.Artifact", "A sealed file belongs to the version that names it and is exported with that version.")
exempt("registry.ModelVersionDataset", "A link between two versions; it names nobody.")
free_text("registry.RegisteredModel", "description", "purpose", "deletion_reason")
free_text("registry.Dataset", "description", "deletion_reason")
free_text("registry.DatasetVersion", "deletion_reason")
free_text("registry.ModelVersion", "parameters", "tags", "deletion_reason", "run_reference")
free_text("registry.SavedFilter", "name", "query")
