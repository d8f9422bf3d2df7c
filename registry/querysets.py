"""Who sees what, and the filters that pages, API and tasks share."""

from typing import Any, ClassVar, Self

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q

from .seeing import Kind, holds, open_to, sees_everything


class VisibleQuerySet(models.QuerySet[Any]):
    """Rows that a user may know of. The default is none: whoever lacks the permission sees an empty set."""

    view_permission: str
    decided_by: ClassVar[tuple[tuple[Kind, str], ...]] = ()
    """What decides who sees a row: the model or dataset at the end of each of these paths, "" for the row itself."""

    def visible_to(self, user: Any) -> Self:
        """The rows that ``user`` may see."""
        if isinstance(user, AnonymousUser) or not user.is_active or not user.has_perm(self.view_permission):
            return self.none()
        return self.all().open_to(user)

    def open_to(self, user: Any) -> Self:
        """The rows whose models and datasets ``user`` may know of; what the role allows is asked elsewhere."""
        rows = self.all()
        for kind, path in self.decided_by:
            rows = rows.filter(open_to(user, kind, path))
        return rows

    def hidden_from(self, user: Any) -> Self:
        """The rows that belong to something restricted for which ``user`` is not named."""
        if sees_everything(user):
            return self.none()
        hidden = Q(pk__in=[])
        for kind, path in self.decided_by:
            hidden |= ~open_to(user, kind, path)
        return self.filter(hidden)


class DeletableQuerySet(VisibleQuerySet):
    """Rows that can be deleted for a while: nobody meets them in lists and pages until they are restored."""

    delete_permission: str
    parent: ClassVar[str] = ""
    """The model or dataset that takes its versions with it, "" where the row has none."""

    def alive(self) -> Self:
        """Rows that are not deleted, and whose model or dataset is not."""
        rows = self.filter(deleted_at=None)
        return rows.filter(**{f"{self.parent}__deleted_at": None}) if self.parent else rows

    def deleted(self) -> Self:
        """Rows that are deleted, by themselves or with their model or dataset."""
        gone = Q(deleted_at__isnull=False)
        return self.filter(gone | Q(**{f"{self.parent}__deleted_at__isnull": False}) if self.parent else gone)

    def known_to(self, user: Any) -> Self:
        """The rows that ``user`` may see, deleted or not: lineage and history name also what is deleted."""
        return super().visible_to(user)

    def visible_to(self, user: Any, *, deleted: bool = False) -> Self:
        """The rows that ``user`` may see; with ``deleted`` those that are deleted, for whoever may restore them."""
        rows = self.known_to(user)
        if not deleted:
            return rows.alive()
        return rows.deleted() if holds(user, self.delete_permission) else self.none()


def _latest(version_model: str, parent: str) -> models.Subquery:
    # One look into the unique index per row shown; an aggregate would read every version of every row.
    versions = apps.get_model("registry", version_model)._base_manager.filter(**{parent: models.OuterRef("pk")})
    return models.Subquery(versions.filter(deleted_at=None).order_by("-number").values("number")[:1])


class RegisteredModelQuerySet(DeletableQuerySet):
    view_permission = "registry.view_registeredmodel"
    delete_permission = "registry.delete_registeredmodel"
    decided_by = (("model", ""),)

    def matching(self, text: str) -> Self:
        """Models whose name holds ``text``, in any letter case; all of them for an empty text."""
        return self.filter(name__icontains=text.replace("\x00", "")) if text else self.all()

    def with_latest_version(self) -> Self:
        """Adds ``latest_number``: the number of the newest version, or None."""
        return self.annotate(latest_number=_latest("ModelVersion", "model"))

    def with_quarantined(self) -> Self:
        """Models that have a quarantined version."""
        return self.filter(_version_exists(state="quarantined"))

    def with_format(self, file_format: str) -> Self:
        """Models that have a version of this format."""
        return self.filter(_version_exists(file_format=file_format))

    def tagged(self, tag: str) -> Self:
        """Models with a version that has the tag: "team" for the name alone, "team=search" for name and text."""
        name, has_text, text = tag.replace("\x00", "").partition("=")
        wanted = {"tags__contains": {name: text}} if has_text else {"tags__has_key": name}
        return self.filter(_version_exists(**wanted))


def _has_datasets() -> Exists:
    links = apps.get_model("registry", "ModelVersionDataset")._base_manager
    return Exists(links.filter(model_version=OuterRef("pk")))


def _version_exists(**wanted: Any) -> Exists:
    versions = apps.get_model("registry", "ModelVersion")._base_manager
    return Exists(versions.filter(model=OuterRef("pk"), deleted_at=None, **wanted))


class ModelVersionQuerySet(DeletableQuerySet):
    view_permission = "registry.view_modelversion"
    delete_permission = "registry.delete_modelversion"
    decided_by = (("model", "model"),)
    parent = "model"

    def with_origin(self) -> Self:
        """Adds ``has_datasets``: whether a dataset version is named, also one that the reader may not see."""
        return self.annotate(has_datasets=_has_datasets())

    def without_origin(self) -> Self:
        """Versions whose lineage is incomplete: no source commit, or no dataset version."""
        return self.filter(Q(source_commit="") | ~_has_datasets())

    def with_complete_origin(self) -> Self:
        """Versions that name their source commit and a dataset version."""
        return self.filter(_has_datasets()).exclude(source_commit="")


class ModelVersionManager(models.Manager.from_queryset(ModelVersionQuerySet)):  # type: ignore[misc]
    """Leaves the encrypted parameters in the database until somebody who may read them asks for them."""

    def get_queryset(self) -> ModelVersionQuerySet:
        return super().get_queryset().defer("parameters")  # type: ignore[no-any-return]


class DatasetQuerySet(DeletableQuerySet):
    view_permission = "registry.view_dataset"
    delete_permission = "registry.delete_dataset"
    decided_by = (("dataset", ""),)

    def matching(self, text: str) -> Self:
        """Datasets whose name holds ``text``, in any letter case; all of them for an empty text."""
        return self.filter(name__icontains=text.replace("\x00", "")) if text else self.all()

    def with_latest_version(self) -> Self:
        """Adds ``latest_number``: the number of the newest version, or None."""
        return self.annotate(latest_number=_latest("DatasetVersion", "dataset"))


class DatasetVersionQuerySet(DeletableQuerySet):
    view_permission = "registry.view_datasetversion"
    delete_permission = "registry.delete_datasetversion"
    decided_by = (("dataset", "dataset"),)
    parent = "dataset"
