"""What the ledger is told when somebody looks at something of the registry: one row, whatever the way."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from compliance.audit.reading import record_reading

from .audit_events import (
    DATASET_VERSION_VIEWED,
    DATASET_VIEWED,
    MODEL_VIEWED,
    VERSION_VIEWED,
    VERSIONS_COMPARED,
)
from .grants.audit_events import ACCESS_VIEWED
from .locations.audit_events import LOCATION_VIEWED
from .locations.models import StorageLocation
from .models import Dataset, DatasetVersion, ModelVersion, RegisteredModel


def _is_flagged(row: RegisteredModel | Dataset) -> bool:
    """Under HIPAA what is restricted is shown only when the reading stands in the ledger (45 CFR 164.312(b))."""
    return row.is_restricted and "hipaa" in settings.MODELOPS_REGIMES


def model(request: Any, row: RegisteredModel, part: str = "facts") -> None:
    """``part`` says what of the model is shown."""
    record_reading(MODEL_VIEWED, row, request=request, strict=_is_flagged(row), name=row.name, part=part)


def version(request: Any, row: ModelVersion, part: str = "facts") -> None:
    """``part`` says what of the version is shown."""
    said = {"name": row.model.name, "version": row.number, "part": part}
    record_reading(VERSION_VIEWED, row, request=request, strict=_is_flagged(row.model), **said)


def comparison(request: Any, row: RegisteredModel, numbers: Iterable[int]) -> None:
    """Several versions of a model side by side."""
    shown = ", ".join(str(number) for number in numbers)
    record_reading(VERSIONS_COMPARED, row, request=request, name=row.name, versions=shown)


def dataset(request: Any, row: Dataset, part: str = "facts") -> None:
    """``part`` says what of the dataset is shown."""
    record_reading(DATASET_VIEWED, row, request=request, strict=_is_flagged(row), name=row.name, part=part)


def dataset_version(request: Any, row: DatasetVersion, part: str = "facts") -> None:
    """``part`` says what of the version is shown."""
    said = {"name": row.dataset.name, "version": row.number, "part": part}
    record_reading(DATASET_VERSION_VIEWED, row, request=request, strict=_is_flagged(row.dataset), **said)


def access(request: Any, row: RegisteredModel | Dataset) -> None:
    """Who may have it: names of people, so nothing is shown that is not recorded."""
    record_reading(ACCESS_VIEWED, row, request=request, strict=True, name=row.name)


def location(request: Any, row: StorageLocation) -> None:
    """A storage location with what lies there."""
    record_reading(LOCATION_VIEWED, row, request=request, name=row.name)
