"""What data quality keeps about a person: which runs they asked for."""

from collections.abc import Iterator

from compliance.audit import Actor
from compliance.subjects.providers import ExportedRow, PersonalDataProvider, Section, Subject, exempt, providers
from dataquality.models import QualityRun


@providers.register("dataquality.runs")
class QualityWork(PersonalDataProvider):
    """References from quality runs to accounts."""

    label = "Quality runs you asked for"
    covers = frozenset({"dataquality.QualityRun"})
    sections = (
        Section(
            "dataquality.runs",
            "Quality runs you asked for",
            {"dataset_version": "What was examined", "created_at": "When you asked for it"},
            source="you, by starting the run",
        ),
    )

    def find(self, subject: Subject) -> int:
        """How many runs the person asked for."""
        return QualityRun.objects.filter(requested_by__in=subject.account_ids).count()

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        """One row a run."""
        runs = QualityRun.objects.filter(requested_by__in=subject.account_ids).select_related(
            "dataset_version__dataset"
        )
        for run in runs.order_by("id").iterator():
            yield ExportedRow(
                "dataquality.runs", {"dataset_version": str(run.dataset_version), "created_at": run.created_at}
            )

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """Forget who asked; the result stays."""
        return QualityRun.objects.filter(requested_by__in=subject.account_ids).update(requested_by=None)


# The detail holds fences and spellings of a data set; who is in the data set is for the registry to tell.
exempt("dataquality.QualityIssue", "It tells counts and bounds of columns; the rows themselves stay in the dataset.")
