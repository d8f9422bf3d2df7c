"""The first page of a list, as answers show it, by one statement: what everybody asks for first."""

from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from modelops.lib.fixed_queries import FixedQuery
from registry.models import ArtifactCopy, DatasetVersion, ModelVersion, RegisteredModel
from registry.representations import MODEL_COLUMNS, VERSION_COLUMNS, model_shown, version_shown
from registry.scanning.engine import RULES

from .models import narrowed
from .versions import narrowed_versions

SEARCHED: Final = frozenset({"q", "sort", "page_size"})
"""What this page can be asked with; anything else goes the long way, which answers the same."""


def shown_models(user: Any, text: str, order: tuple[str, ...], most: int) -> list[dict[str, Any]]:
    """The first ``most`` models that ``user`` may see with ``text`` in their name, as answers show them."""
    rows = _models_named(user, order, most, text=text) if text else _every_model(user, order, most)
    return [model_shown(row) for row in rows]


@FixedQuery
def _models_named(user: Any, order: tuple[str, ...], most: int, *, text: str) -> "QuerySet[RegisteredModel]":
    return _model_columns(narrowed(user, {"q": text}).order_by(*order))[:most]


@FixedQuery
def _every_model(user: Any, order: tuple[str, ...], most: int) -> "QuerySet[RegisteredModel]":
    return _model_columns(narrowed(user, {}).order_by(*order))[:most]


def _model_columns(models: Any) -> Any:
    return models.with_latest_version().values_list(*MODEL_COLUMNS)


def shown_versions(user: Any, text: str, order: tuple[str, ...], most: int) -> list[dict[str, Any]]:
    """The first ``most`` versions that ``user`` may see of models with ``text`` in their name, as answers show them."""
    rows = _named(user, order, most, text=text) if text else _every(user, order, most)
    return [
        version_shown(row, datasets=datasets, locations=locations, is_traced=is_traced, rules=RULES)
        for *row, datasets, locations, is_traced in rows
    ]


@FixedQuery
def _named(user: Any, order: tuple[str, ...], most: int, *, text: str) -> "QuerySet[ModelVersion]":
    return _columns(user, narrowed_versions(user, {"q": text}).order_by(*order))[:most]


@FixedQuery
def _every(user: Any, order: tuple[str, ...], most: int) -> "QuerySet[ModelVersion]":
    return _columns(user, narrowed_versions(user, {}).order_by(*order))[:most]


def _columns(user: Any, versions: Any) -> Any:
    """With the dataset versions that the reader may know of and the copies of the file, each as an array of objects."""
    data = DatasetVersion.objects.known_to(user).filter(model_links__model_version=OuterRef("pk"))
    copies = ArtifactCopy.objects.filter(artifact=OuterRef("artifact"))
    rows = versions.with_origin().annotate(
        shown_datasets=ArraySubquery(data.values(json=JSONObject(dataset="dataset__name", version="number"))),
        shown_copies=ArraySubquery(copies.values(json=JSONObject(location="location__name", state="state"))),
    )
    return rows.values_list(*VERSION_COLUMNS, "shown_datasets", "shown_copies", "has_datasets")
