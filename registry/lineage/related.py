"""Lineage as far as one may know of it: restricted models and datasets are left out for who is not named."""

from typing import Any

from django.db.models import Prefetch

from registry.models import DatasetVersion, ModelVersion, ModelVersionDataset

SHOWN_MODELS = 200


def trained_on(user: Any) -> Prefetch:
    """For model versions: the dataset versions that they were made with, also deleted ones."""
    return Prefetch("datasets", DatasetVersion.objects.known_to(user).select_related("dataset"))


def trained_models(user: Any) -> Prefetch:
    """For dataset versions: the newest model versions that were made with them; `made_from` gives all."""
    newest = ModelVersion.objects.visible_to(user).select_related("model").order_by("-id")
    return Prefetch("model_versions", newest[:SHOWN_MODELS], to_attr="newest_models")


def newest_models(version: DatasetVersion) -> list[ModelVersion]:
    """What `trained_models` has fetched for ``version``; none where nobody asked, as for a version just added."""
    return list(getattr(version, "newest_models", ()))


def missing_origin(version: ModelVersion) -> list[str]:
    """What is missing to trace ``version`` back: "source commit", "dataset"; empty where its lineage is complete.

    A link counts whoever may see the dataset. Lists ask with `ModelVersionQuerySet.with_origin`, in one query.
    """
    linked = getattr(version, "has_datasets", None)
    if linked is None:
        linked = ModelVersionDataset.objects.filter(model_version=version.pk).exists()
    said = {"source commit": bool(version.source_commit), "dataset": bool(linked)}
    return [what for what, is_there in said.items() if not is_there]
