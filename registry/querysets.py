"""Who sees what, and the filters that pages, API and tasks share."""

from typing import Any, Self

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models


class VisibleQuerySet(models.QuerySet[Any]):
    """Rows that a user may know of. The default is none: whoever lacks the permission sees an empty set."""

    view_permission: str

    def visible_to(self, user: Any) -> Self:
        """The rows that ``user`` may see."""
        if isinstance(user, AnonymousUser) or not user.is_active or not user.has_perm(self.view_permission):
            return self.none()
        return self.all()


def _latest(version_model: str, parent: str) -> models.Subquery:
    # One look into the unique index per row shown; an aggregate would read every version of every row.
    versions = apps.get_model("registry", version_model)._base_manager.filter(**{parent: models.OuterRef("pk")})
    return models.Subquery(versions.order_by("-number").values("number")[:1])


class RegisteredModelQuerySet(VisibleQuerySet):
    view_permission = "registry.view_registeredmodel"

    def matching(self, text: str) -> Self:
        """Models whose name holds ``text``, in any letter case; all of them for an empty text."""
        return self.filter(name__icontains=text.replace("\x00", "")) if text else self.all()

    def with_latest_version(self) -> Self:
        """Adds ``latest_number``: the number of the newest version, or None."""
        return self.annotate(latest_number=_latest("ModelVersion", "model"))


class ModelVersionQuerySet(VisibleQuerySet):
    view_permission = "registry.view_modelversion"


class ModelVersionManager(models.Manager.from_queryset(ModelVersionQuerySet)):  # type: ignore[misc]
    """Leaves the encrypted parameters in the database until somebody who may read them asks for them."""

    def get_queryset(self) -> ModelVersionQuerySet:
        return super().get_queryset().defer("parameters")  # type: ignore[no-any-return]


class DatasetQuerySet(VisibleQuerySet):
    view_permission = "registry.view_dataset"

    def matching(self, text: str) -> Self:
        """Datasets whose name holds ``text``, in any letter case; all of them for an empty text."""
        return self.filter(name__icontains=text.replace("\x00", "")) if text else self.all()

    def with_latest_version(self) -> Self:
        """Adds ``latest_number``: the number of the newest version, or None."""
        return self.annotate(latest_number=_latest("DatasetVersion", "dataset"))


class DatasetVersionQuerySet(VisibleQuerySet):
    view_permission = "registry.view_datasetversion"
