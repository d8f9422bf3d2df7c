"""From a dataset's name and a version number to the version, within what the user may see."""

from typing import Any

from django.http import HttpRequest

from modelops.lib.errors import NotFound
from registry.models import Dataset, DatasetVersion


def find_version(user: Any, dataset: str, number: int, *, field: str = "") -> DatasetVersion:
    """The version ``number`` of ``dataset``; raises NotFound and says which of the two is unknown.

    ``field`` is where the input named them, for the error: "reference" or nothing.
    """
    prefix = f"{field}." if field else ""
    if not Dataset.objects.visible_to(user).filter(name=dataset).exists():
        raise NotFound(
            f"There is no dataset {dataset!r} that you may see. GET /api/v1/datasets/ lists them.",
            code="dataset.not_found",
            field=f"{prefix}dataset",
        )
    versions = DatasetVersion.objects.visible_to(user).select_related("dataset")
    found: DatasetVersion | None = versions.filter(dataset__name=dataset, number=number).first()
    if found is None:
        raise NotFound(
            f"The dataset {dataset!r} has no version {number}. Upload it first, or name another version.",
            code="dataset_version.not_found",
            field=f"{prefix}version",
        )
    return found


def find_dataset(user: Any, name: str) -> Dataset:
    """The dataset ``name`` within what the user may see. Raises NotFound."""
    found: Dataset | None = Dataset.objects.visible_to(user).filter(name=name).first()
    if found is None:
        raise NotFound(
            f"There is no dataset {name!r} that you may see. GET /api/v1/datasets/ lists them.",
            code="dataset.not_found",
            field="dataset",
        )
    return found


def asked_version(request: HttpRequest, dataset: str, version: str) -> str:
    """The id of the version that an address names in these two parameters, or nothing: a form then offers all."""
    name, number = request.GET.get(dataset, ""), request.GET.get(version, "")
    if not name or not number.isascii() or not number.isdigit() or len(number) > 9:
        return ""
    visible = DatasetVersion.objects.visible_to(request.user)
    found = visible.filter(dataset__name=name, number=int(number)).values_list("pk", flat=True).first()
    return str(found or "")
