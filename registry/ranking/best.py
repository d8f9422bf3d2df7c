"""The best version of a model. It follows from what the versions say; nothing stores it, so no reading can move it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from registry.models import ModelVersion, RegisteredModel

from .directions import MAXIMISE, Primary, primary_of
from .values import with_value


@dataclass(frozen=True, slots=True)
class Best:
    """The best version by number, its value, and what was ranked by. Of equal values the older version is best."""

    number: int
    value: float
    primary: Primary


def primary_metric(model: RegisteredModel) -> Primary | None:
    """What the versions of ``model`` are ranked by; None while nothing is chosen and nothing can be proposed."""
    return primary_metrics([model]).get(model.pk)


def primary_metrics(models: Iterable[RegisteredModel]) -> dict[UUID, Primary]:
    """The same for several models, with one query for those that have chosen none."""
    models = list(models)
    newest = [
        ModelVersion.objects.filter(model=model, deleted_at=None)
        .exclude(metrics={})
        .order_by("-number")
        .values_list("model_id", "metrics")[:1]
        for model in models
        if not model.primary_metric
    ]
    names: dict[UUID, dict[str, Any]] = dict(_together(newest))
    found = {
        model.pk: primary_of(model.primary_metric, model.metric_directions, model.task_type, names.get(model.pk, ()))
        for model in models
    }
    return {key: primary for key, primary in found.items() if primary is not None}


def best_of(model: RegisteredModel) -> Best | None:
    """The best version of ``model``; None when no version has the metric."""
    return best_of_each([model]).get(model.pk)


def best_of_each(models: Iterable[RegisteredModel]) -> dict[UUID, Best]:
    """The best version of each model that has one, with two queries for all of them."""
    models = list(models)
    primaries = primary_metrics(models)
    ranked = [_ranked(model, primaries[model.pk]) for model in models if model.pk in primaries]
    return {key: Best(number, float(value), primaries[key]) for key, number, value in _together(ranked)}


def _ranked(model: RegisteredModel, primary: Primary) -> QuerySet[Any, Any]:
    """The best version alone, of those that say a number for the metric: what is missing never wins."""
    versions = with_value(ModelVersion.objects.filter(model=model, deleted_at=None), primary.metric)
    order = F("value").desc() if primary.direction == MAXIMISE else F("value").asc()
    return versions.order_by(order, "number").values_list("model_id", "number", "value")[:1]


def _together(queries: list[QuerySet[Any, Any]]) -> list[Any]:
    if not queries:
        return []
    return list(queries[0].union(*queries[1:], all=True) if len(queries) > 1 else queries[0])
