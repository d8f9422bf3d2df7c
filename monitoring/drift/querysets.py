"""Who sees which drift runs."""

from typing import Any, Self

from django.db.models import Q

from registry.querysets import VisibleQuerySet
from registry.seeing import open_to, sees_everything


class DriftRunQuerySet(VisibleQuerySet):
    """Drift runs."""

    view_permission = "monitoring.view_driftrun"

    def open_to(self, user: Any) -> Self:
        """Runs whose reference and current data ``user`` may know of, be the latter a version or a model's sketch."""
        return self.filter(open_to(user, "dataset", "reference__dataset"), _current_open_to(user))

    def hidden_from(self, user: Any) -> Self:
        """Runs over something restricted for which ``user`` is not named."""
        if sees_everything(user):
            return self.none()
        return self.filter(~open_to(user, "dataset", "reference__dataset") | ~_current_open_to(user))

    def succeeded(self) -> Self:
        """Runs that have a verdict."""
        return self.filter(state="succeeded")

    def with_versions(self) -> Self:
        """Runs with what a list shows beside them, in one query."""
        return self.select_related("reference__dataset", "current__dataset", "job")


def _current_open_to(user: Any) -> Q:
    version = Q(current__isnull=False) & open_to(user, "dataset", "current__dataset")
    # The model of a sketch may have been purged since: what is left of it are counts against the reference.
    of_model = Q(pushed_for__isnull=True) | open_to(user, "model", "pushed_for")
    return version | (Q(current__isnull=True) & of_model)
