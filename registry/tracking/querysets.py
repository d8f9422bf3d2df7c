"""Who sees experiments, runs and logged models: everybody whose role reads models."""

from typing import Any, Self

from django.db import models

from modelops.lib import scopes


class TrackingQuerySet(models.QuerySet[Any]):
    """Rows that are there until they are deleted; a deleted one can be restored until it is purged.

    A team's experiments are open to the team: they belong to no model, so no model's restriction covers them. An API
    key that names single models reaches none of them.
    """

    view_permission: str

    def visible_to(self, user: Any) -> Self:
        """The rows that ``user`` may see, deleted or not: the protocol lists both."""
        keys = getattr(user, "key_scopes", None)
        if not user.is_active or not user.has_perm(self.view_permission):
            return self.none()
        if keys is not None and not scopes.everywhere(keys, getattr(user, "key_exercises", "") or self.view_permission):
            return self.none()
        return self.all()

    def alive(self) -> Self:
        """Rows that are not deleted."""
        return self.filter(deleted_at=None)

    def deleted(self) -> Self:
        """Rows that are."""
        return self.filter(deleted_at__isnull=False)


class ExperimentQuerySet(TrackingQuerySet):
    view_permission = "tracking.view_experiment"


class RunQuerySet(TrackingQuerySet):
    view_permission = "tracking.view_run"


class LoggedModelQuerySet(TrackingQuerySet):
    view_permission = "tracking.view_loggedmodel"
