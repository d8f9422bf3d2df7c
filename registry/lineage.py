"""Lineage as far as one may know of it: restricted models and datasets are left out for who is not named."""

from typing import Any

from django.db.models import Prefetch

from .models import DatasetVersion, ModelVersion


def trained_on(user: Any) -> Prefetch:
    """For model versions: the dataset versions that they were made with, also deleted ones."""
    return Prefetch("datasets", DatasetVersion.objects.known_to(user).select_related("dataset"))


def trained_models(user: Any) -> Prefetch:
    """For dataset versions: the model versions that were made with them."""
    return Prefetch("model_versions", ModelVersion.objects.visible_to(user).select_related("model"))
