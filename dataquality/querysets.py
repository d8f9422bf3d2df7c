"""Who sees which runs."""

from typing import Self

from registry.querysets import VisibleQuerySet


class QualityRunQuerySet(VisibleQuerySet):
    """Quality runs."""

    view_permission = "dataquality.view_qualityrun"
    decided_by = (("dataset", "dataset_version__dataset"),)

    def succeeded(self) -> Self:
        """Runs that have a score."""
        return self.filter(state="succeeded")

    def with_version(self) -> Self:
        """Runs with what a list shows beside them, in one query."""
        return self.select_related("dataset_version__dataset", "job")


class RuleSuiteQuerySet(VisibleQuerySet):
    """Rule suites: whoever sees quality runs of a dataset sees its suites."""

    view_permission = "dataquality.view_qualityrun"
    decided_by = (("dataset", "dataset"),)
