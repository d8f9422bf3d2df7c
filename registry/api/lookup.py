"""Objects by their names in an address; what one may not see is not there."""

from django.shortcuts import get_object_or_404
from rest_framework.request import Request

from modelops.lib.errors import NotFound
from registry.descriptions import DatasetReference
from registry.models import Dataset, DatasetVersion, ModelVersion, RegisteredModel


def model_named(request: Request, name: str) -> RegisteredModel:
    """The model with the number of its latest version; 404 without."""
    return get_object_or_404(RegisteredModel.objects.visible_to(request.user).with_latest_version(), name=name)


def model_version(request: Request, name: str, number: int) -> ModelVersion:
    """The version with model, file and datasets; 404 without."""
    versions = ModelVersion.objects.visible_to(request.user).select_related("model", "artifact")
    return get_object_or_404(versions.prefetch_related("datasets__dataset"), model__name=name, number=number)


def dataset_named(request: Request, name: str) -> Dataset:
    """The dataset with the number of its latest version; 404 without."""
    return get_object_or_404(Dataset.objects.visible_to(request.user).with_latest_version(), name=name)


def dataset_version(request: Request, name: str, number: int) -> DatasetVersion:
    """The version with dataset, file and model versions; 404 without."""
    versions = DatasetVersion.objects.visible_to(request.user).select_related("dataset", "artifact")
    return get_object_or_404(versions.prefetch_related("model_versions__model"), dataset__name=name, number=number)


def referenced(request: Request, references: list[DatasetReference]) -> list[DatasetVersion]:
    """The dataset versions that a sender named. Raises NotFound for the first that is not there."""
    visible = DatasetVersion.objects.visible_to(request.user)
    found = []
    for reference in references:
        version = visible.filter(dataset__name=reference.dataset, number=reference.version).first()
        if version is None:
            raise NotFound(
                f"There is no version {reference.version} of a dataset {reference.dataset!r}. Upload it first, or "
                "correct the reference.",
                code="dataset_version.not_found",
                field="datasets",
            )
        found.append(version)
    return found
