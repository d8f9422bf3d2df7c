"""What drift keeps about a person: which runs they asked for."""

from collections.abc import Iterator

from compliance.audit import Actor
from compliance.subjects.providers import ExportedRow, PersonalDataProvider, Section, Subject, exempt, providers
from monitoring.models.drift import DriftRun


@providers.register("monitoring.drift")
class DriftWork(PersonalDataProvider):
    """References from drift runs to accounts."""

    label = "Drift runs you asked for"
    action = "anonymise"
    covers = frozenset({"monitoring.DriftRun"})
    sections = (
        Section(
            "monitoring.drift_runs",
            "Drift runs you asked for",
            {"reference": "What was compared with", "current": "What was compared", "created_at": "When you asked"},
            source="you, by starting the run",
        ),
    )

    def find(self, subject: Subject) -> int:
        """How many runs the person asked for."""
        return DriftRun.objects.filter(requested_by__in=subject.account_ids).count()

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        """One row a run."""
        runs = DriftRun.objects.filter(requested_by__in=subject.account_ids)
        for run in runs.select_related("reference__dataset", "current__dataset").order_by("id").iterator():
            yield ExportedRow(
                "monitoring.drift_runs",
                {"reference": str(run.reference), "current": run.current_name, "created_at": run.created_at},
            )

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """Forget who asked; the result stays."""
        return DriftRun.objects.filter(requested_by__in=subject.account_ids).update(requested_by=None)


exempt("monitoring.DriftFeature", "It tells distributions of columns; the rows themselves stay in the dataset.")
