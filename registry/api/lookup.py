"""Objects by their names in an address; what one may not see is not there."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework.request import Request

from modelops.lib.errors import NotFound
from modelops.lib.fixed_queries import FixedQuery, answers
from registry.descriptions import DatasetReference
from registry.lineage import trained_models, trained_on
from registry.locations.choose import asking_for_enabled
from registry.locations.models import StorageLocation
from registry.models import Dataset, DatasetVersion, ModelVersion, RegisteredModel


def model_named(request: Request, name: str) -> RegisteredModel:
    """The model with the number of its latest version; 404 without. ``?deleted=true`` looks among the deleted."""
    found: RegisteredModel | None = _model_by_name.first(request.user, asks_for_deleted(request), name=name)
    if found is None:
        raise Http404
    return found


def model_to_add_to(request: Request, name: str) -> tuple[RegisteredModel, list[StorageLocation]]:
    """The model without its latest version, and where files can be stored: who adds a version needs both."""
    asked = _model_alone.asking(request.user, asks_for_deleted(request), name=name)
    models, locations = answers(asked, asking_for_enabled())
    if not models:
        raise Http404
    return models[0], locations


@FixedQuery
def _model_alone(user: Any, deleted: bool, *, name: str) -> "QuerySet[RegisteredModel]":
    return RegisteredModel.objects.visible_to(user, deleted=deleted).filter(name=name).order_by()


@FixedQuery
def _model_by_name(user: Any, deleted: bool, *, name: str) -> "QuerySet[RegisteredModel]":
    models = RegisteredModel.objects.visible_to(user, deleted=deleted)
    return models.select_related("owner").with_latest_version().filter(name=name).order_by()


def model_version(request: Request, name: str, number: int) -> ModelVersion:
    """The version with model, file and datasets; 404 without. ``?deleted=true`` looks among the deleted."""
    versions = ModelVersion.objects.visible_to(request.user, deleted=asks_for_deleted(request))
    versions = versions.select_related("model", "artifact__inspection").prefetch_related(
        trained_on(request.user), "artifact__copies__location"
    )
    return get_object_or_404(versions, model__name=name, number=number)


def dataset_named(request: Request, name: str) -> Dataset:
    """The dataset with the number of its latest version; 404 without. ``?deleted=true`` looks among the deleted."""
    datasets = Dataset.objects.visible_to(request.user, deleted=asks_for_deleted(request))
    return get_object_or_404(datasets.with_latest_version(), name=name)


def dataset_version(request: Request, name: str, number: int) -> DatasetVersion:
    """The version with dataset, file and model versions; 404 without. ``?deleted=true`` looks among the deleted."""
    versions = DatasetVersion.objects.visible_to(request.user, deleted=asks_for_deleted(request))
    versions = versions.select_related("dataset", "artifact").prefetch_related(
        trained_models(request.user), "artifact__copies__location"
    )
    return get_object_or_404(versions, dataset__name=name, number=number)


def asks_for_deleted(request: Request) -> bool:
    """Whether the address asks for what is deleted; only who may restore it finds it."""
    return request.query_params.get("deleted") == "true"


def referenced(request: Request, references: list[DatasetReference]) -> list[DatasetVersion]:
    """The dataset versions that a sender named. Raises NotFound for the first that is not there."""
    if not references:
        return []
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
