"""Who sees which drift runs."""

from typing import Self

from registry.querysets import VisibleQuerySet


class DriftRunQuerySet(VisibleQuerySet):
    """Drift runs."""

    view_permission = "monitoring.view_driftrun"
    decided_by = (("dataset", "reference__dataset"), ("dataset", "current__dataset"))

    def succeeded(self) -> Self:
        """Runs that have a verdict."""
        return self.filter(state="succeeded")

    def with_versions(self) -> Self:
        """Runs with what a list shows beside them, in one query."""
        return self.select_related("reference__dataset", "current__dataset", "job")
