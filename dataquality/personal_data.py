"""What data quality keeps about a person: which runs they asked for, which rules they wrote."""

from collections.abc import Iterator
from typing import Any

from compliance.audit import Actor
from compliance.subjects.mentions import free_text
from compliance.subjects.providers import ExportedRow, PersonalDataProvider, Section, Subject, exempt, providers
from dataquality.models import AcceptedIssue, QualityRun, RuleSnooze, RuleSuite, RuleSuiteVersion


@providers.register("dataquality.runs")
class QualityWork(PersonalDataProvider):
    """References from quality runs to accounts."""

    label = "Quality runs you asked for"
    action = "anonymise"
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
exempt("dataquality.RunProfile", "Columns with data of people are left out of it.")
exempt("dataquality.RuleSuggestion", "No bound and no category of a personal column goes into it.")


@providers.register("dataquality.suites")
class RuleWork(PersonalDataProvider):
    """References from rule suites, their versions and snoozes to accounts."""

    label = "Quality rules you wrote"
    action = "anonymise"
    covers = frozenset(
        {
            "dataquality.RuleSuite",
            "dataquality.RuleSuiteVersion",
            "dataquality.RuleSnooze",
            "dataquality.AcceptedIssue",
        }
    )
    sections = (
        Section(
            "dataquality.suites",
            "Quality rules you wrote",
            {"what": "What you wrote", "created_at": "When you wrote it"},
            source="you, by writing them",
        ),
    )
    _links = (
        (RuleSuite, "owner"),
        (RuleSuiteVersion, "created_by"),
        (RuleSnooze, "created_by"),
        (AcceptedIssue, "created_by"),
    )

    def find(self, subject: Subject) -> int:
        """How many suites, versions and snoozes name the person."""
        return sum(self._rows(model, link, subject).count() for model, link in self._links)

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        """One row for each."""
        for model, link in self._links:
            for row in self._rows(model, link, subject).order_by("id").iterator():
                yield ExportedRow("dataquality.suites", {"what": str(row), "created_at": row.created_at})

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """Forget who wrote them; the rules stay."""
        return sum(self._rows(model, link, subject).update(**{link: None}) for model, link in self._links)

    def _rows(self, model: Any, link: str, subject: Subject) -> Any:
        return model.objects.filter(**{f"{link}__in": subject.account_ids})


free_text("dataquality.RuleSnooze", "reason")
free_text("dataquality.AcceptedIssue", "reason")
