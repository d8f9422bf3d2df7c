"""Where the things stand that experiments and runs are searched by."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q, Subquery, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Concat, Replace

from registry.tracking.models import DatasetInput, LatestMetric, Run
from registry.tracking.parameters import OpenedParameter

from .filter_grammars import EXPERIMENTS, RUNS
from .filter_sql import condition, one_condition, ordered
from .filters import Comparison, parsed, parsed_orders
from .refusals import InvalidValue

ACTIVE, DELETED, ALL = "ACTIVE_ONLY", "DELETED_ONLY", "ALL"
VIEWS: Final = (ACTIVE, DELETED, ALL)
MOST_ORDERS: Final = 20

_MILLISECONDS: Final = {"start_time": "started_ms", "end_time": "ended_ms", "created": "started_ms"}


def _run_id() -> Any:
    return Replace(Cast("pk", TextField()), Value("-"), Value(""), output_field=TextField())


def _run_attribute(key: str) -> Any:
    if key in {"run_id"}:
        return _run_id()
    if key == "artifact_uri":
        root = [Value("mlflow-artifacts:/"), Cast("experiment__number", TextField()), Value("/"), _run_id()]
        return Concat(*root, Value("/artifacts"), output_field=TextField())
    columns = {"run_name": "name", "user_id": "created_by__username", "status": "status", **_MILLISECONDS}
    return F(columns[key.lower()])


def _latest_value(key: str) -> Any:
    return Subquery(LatestMetric.objects.filter(run=OuterRef("pk"), key=key).values("value")[:1])


def _tag(key: str) -> Any:
    return KeyTextTransform(key, "tags")


_RUN_VALUES: Final = {
    "attribute": _run_attribute,
    "metric": _latest_value,
    "param": lambda key: OpenedParameter(Run, key),
    "tag": _tag,
}
_EXPERIMENT_VALUES: Final = {
    "attribute": lambda key: {
        "name": F("name"),
        "experiment_id": Cast("number", TextField()),
        "creation_time": F("created_at"),
        "last_update_time": F("changed_at"),
    }[key],
    "tag": _tag,
}


def run_condition(text: str) -> Q:
    """What a filter of runs asks for. Raises Invalid."""
    comparisons = [_in_milliseconds(one) for one in parsed(text, RUNS)]
    of_datasets = [one for one in comparisons if one.entity == "dataset"]
    found = condition((one for one in comparisons if one.entity != "dataset"), _RUN_VALUES)
    for one in of_datasets:
        inputs = DatasetInput.objects.filter(run=OuterRef("pk")).filter(one_condition(one, one.key))
        found &= Q(Exists(inputs))
    return found


def run_order(clauses: Sequence[str]) -> list[Any]:
    """What runs are sorted by; the latest first where nothing else decides. Raises Invalid."""
    _require_few(clauses)
    return [*ordered(parsed_orders(clauses, RUNS), _RUN_VALUES), "-started_ms", "id"]


def experiment_condition(text: str) -> Q:
    """What a filter of experiments asks for. Raises Invalid."""
    return condition(parsed(text, EXPERIMENTS), _EXPERIMENT_VALUES)


def experiment_order(clauses: Sequence[str]) -> list[Any]:
    """What experiments are sorted by; the last made first unless said. Raises Invalid."""
    _require_few(clauses)
    by_id = {"ASC": F("number").asc(), "DESC": F("number").desc()}
    orders = parsed_orders(clauses, EXPERIMENTS)
    found: list[Any] = []
    for one, asked in zip(orders, ordered(orders, _EXPERIMENT_VALUES), strict=True):
        # By number, not by the text of it.
        found.append(by_id["ASC" if one.ascending else "DESC"] if one.key == "experiment_id" else asked)
    return [*(found or [F("created_at").desc()]), "-number"]


def of_view(rows: Any, view: str) -> Any:
    """Those that are there, those that are deleted, or all."""
    return rows.alive() if view == ACTIVE else rows.deleted() if view == DELETED else rows


def _in_milliseconds(one: Comparison) -> Comparison:
    """Times of runs are numbers here, as they were sent."""
    return replace(one, kind="number") if one.kind == "moment" else one


def _require_few(clauses: Iterable[str]) -> None:
    if len(list(clauses)) > MOST_ORDERS:
        raise InvalidValue(f"At most {MOST_ORDERS} orders are taken.", field="order_by")
