"""Where the things stand that logged models are searched by, and what a page of them shows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q, Subquery, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Concat, Replace

from registry.tracking.models import LoggedModel, Metric
from registry.tracking.parameters import OpenedParameter

from .filter_grammars import LOGGED_MODELS
from .filter_sql import condition, one_condition, ordered
from .filters import Comparison, Order, parsed, parsed_orders
from .shown_tracking import figure, milliseconds, pairs_of

_TIMES: Final = {
    "creation_timestamp": "created_at",
    "creation_time": "created_at",
    "last_updated_timestamp": "changed_at",
    "last_updated_time": "changed_at",
}
Dataset = tuple[str, str]


def found(models: Any, text: str, datasets: Sequence[Dataset], orders: Sequence[dict[str, Any]]) -> Any:
    """The models that a filter finds, in order; metrics count where they were measured on one of ``datasets``.

    Raises Invalid.
    """
    comparisons = parsed(text, LOGGED_MODELS)
    values = _values(datasets)
    condition_of_all = condition((one for one in comparisons if one.entity != "dataset"), values)
    for one in comparisons:
        if one.entity == "dataset":
            condition_of_all &= _measured_on(one)
    if datasets:
        condition_of_all &= Q(Exists(Metric.objects.filter(_of(datasets), logged_model=OuterRef("pk"))))
    by: list[Any] = []
    for asked in orders:
        [order] = parsed_orders([asked["field_name"]], LOGGED_MODELS)
        own = [(asked["dataset_name"], asked["dataset_digest"])] if asked["dataset_name"] else datasets
        by += ordered([Order(order.entity, order.key, asked["ascending"])], _values(own))
    return models.filter(condition_of_all).order_by(*by, "-created_at", "id")


def shown(rows: Iterable[LoggedModel]) -> list[dict[str, Any]]:
    """Logged models with their parameters and the last value of each of their metrics, by one query for all."""
    every = list(rows)
    metrics: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    latest = Metric.objects.filter(logged_model__in=[row.pk for row in every]).order_by(
        "logged_model_id", "key", "dataset_name", "dataset_digest", "-step", "-measured_ms", "-value"
    )
    for one in latest.distinct("logged_model_id", "key", "dataset_name", "dataset_digest").select_related("run"):
        metrics[one.logged_model_id].append(_shown_metric(one))
    return [_shown(row, metrics[row.pk]) for row in every]


def _shown(row: LoggedModel, metrics: list[dict[str, Any]]) -> dict[str, Any]:
    info = {
        "model_id": row.model_id,
        "experiment_id": row.experiment.experiment_id,
        "name": row.name,
        "creation_timestamp_ms": milliseconds(row.created_at),
        "last_updated_timestamp_ms": milliseconds(row.changed_at),
        "artifact_uri": row.artifact_root,
        "status": row.status,
        "model_type": row.model_type,
        "source_run_id": row.source_run.run_id if row.source_run is not None else "",
        "tags": pairs_of(row.tags),
    }
    data: dict[str, Any] = {}
    if row.parameters:
        data["params"] = pairs_of(row.parameters)
    if metrics:
        data["metrics"] = metrics
    return {"info": info, "data": data}


def _shown_metric(one: Metric) -> dict[str, Any]:
    said = {
        "key": one.key,
        "value": figure(one.value),
        "timestamp": one.measured_ms,
        "step": one.step,
        "model_id": f"m-{one.logged_model_id.hex}" if one.logged_model_id else "",
        "run_id": one.run.run_id,
    }
    if one.dataset_name:
        said |= {"dataset_name": one.dataset_name, "dataset_digest": one.dataset_digest}
    return said


def _values(datasets: Sequence[Dataset]) -> dict[str, Any]:
    return {
        "attribute": _attribute,
        "metric": lambda key: _metric(key, datasets),
        "param": lambda key: OpenedParameter(LoggedModel, key),
        "tag": lambda key: KeyTextTransform(key, "tags"),
    }


def _attribute(key: str) -> Any:
    if key in _TIMES:
        return F(_TIMES[key])
    if key == "model_id":
        return Concat(Value("m-"), _hex("pk"), output_field=TextField())
    if key == "source_run_id":
        return _hex("source_run_id")
    return F(key)


def _hex(column: str) -> Any:
    return Replace(Cast(column, TextField()), Value("-"), Value(""), output_field=TextField())


def _metric(key: str, datasets: Sequence[Dataset]) -> Any:
    rows = Metric.objects.filter(_of(datasets), logged_model=OuterRef("pk"), key=key)
    return Subquery(rows.order_by("-step", "-measured_ms", "-value").values("value")[:1])


def _measured_on(one: Comparison) -> Q:
    column = {"name": "dataset_name", "digest": "dataset_digest"}.get(one.key)
    if column is None:
        return Q(pk__in=[])
    return Q(Exists(Metric.objects.filter(logged_model=OuterRef("pk")).filter(one_condition(one, column))))


def _of(datasets: Sequence[Dataset]) -> Q:
    one_of = Q()
    for name, digest in datasets:
        one_of |= Q(dataset_name=name, dataset_digest=digest) if digest else Q(dataset_name=name)
    return one_of
