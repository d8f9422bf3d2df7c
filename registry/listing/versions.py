"""The list of all versions of all models: what it is narrowed to and how it is sorted."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef

from modelops.lib.errors import Invalid
from registry import descriptions
from registry.aliases.models import Alias
from registry.models import DatasetVersion, ModelVersion, ModelVersionDataset, VersionState
from registry.ranking.values import with_value

from .asked import checked_choice, number_of, text_of
from .models import kind_and_owner

VERSION_SORTS = {"newest": "-id", "oldest": "id", "highest": "-value", "lowest": "value"}
VERSION_FILTERS = (
    "q", "task_type", "risk_class", "owner", "alias", "state", "file_format", "tag", "dataset", "lineage", "metric",
    "min", "max", "sort",
)  # fmt: skip
LINEAGE = ("complete", "incomplete")


def asked_version_sort(asked: Mapping[str, str]) -> str:
    """The column for ``?sort=``; highest and lowest are those of the metric that is asked for. Raises Invalid."""
    sort = asked.get("sort", "") or "newest"
    if sort not in VERSION_SORTS:
        raise Invalid(f"Sort by one of {', '.join(VERSION_SORTS)}.", code="list.unknown_sort", field="sort")
    if sort in {"highest", "lowest"} and not text_of(asked, "metric"):
        raise Invalid("Name the metric to sort by: metric=auc.", code="list.metric_missing", field="metric")
    return VERSION_SORTS[sort]


def narrowed_versions(user: Any, asked: Mapping[str, str]) -> Any:
    """The versions that ``user`` may see, narrowed by what is asked for under the names of `VERSION_FILTERS`.

    ``q`` is a part of the model's name, ``dataset`` "flights" or "flights:2", ``min`` and ``max`` bounds of ``metric``.
    Raises Invalid for an unknown choice or a bound that is no number; an unknown name finds nothing.
    """
    rows = ModelVersion.objects.visible_to(user)
    if text := text_of(asked, "q", 100):
        rows = rows.filter(model__name__icontains=text)
    rows = kind_and_owner(rows, user, asked, "model__")
    if state := checked_choice(asked, "state", VersionState.values, "version.unknown_state"):
        rows = rows.filter(state=state)
    if file_format := text_of(asked, "file_format", 32):
        rows = rows.filter(file_format=file_format)
    if tag := text_of(asked, "tag"):
        name, has_text, said = tag.partition("=")
        rows = rows.filter(**({"tags__contains": {name: said}} if has_text else {"tags__has_key": name}))
    if alias := text_of(asked, "alias", 100):
        rows = rows.filter(Exists(Alias.objects.visible_to(user).filter(version=OuterRef("pk"), name=alias)))
    return _by_metric(_by_lineage(rows, user, asked), asked)


def _by_lineage(rows: Any, user: Any, asked: Mapping[str, str]) -> Any:
    lineage = checked_choice(asked, "lineage", LINEAGE, "version.unknown_lineage")
    if lineage:
        rows = rows.without_origin() if lineage == "incomplete" else rows.with_complete_origin()
    if dataset := text_of(asked, "dataset"):
        name, colon, _ = dataset.partition(":")
        known = DatasetVersion.objects.known_to(user).filter(dataset__name=name)
        if colon:
            [reference] = descriptions.dataset_references([dataset])
            known = known.filter(number=reference.version)
        links = ModelVersionDataset.objects.filter(dataset_version__in=known)
        rows = rows.filter(pk__in=links.values("model_version"))
    return rows


def _by_metric(rows: Any, asked: Mapping[str, str]) -> Any:
    metric = text_of(asked, "metric")
    least, most = number_of(asked, "min"), number_of(asked, "max")
    if not metric:
        if least is not None or most is not None:
            raise Invalid(
                "Name the metric that min and max are about: metric=auc.", code="list.metric_missing", field="metric"
            )
        return rows
    rows = with_value(rows, metric)
    if least is not None:
        rows = rows.filter(value__gte=least)
    if most is not None:
        rows = rows.filter(value__lte=most)
    return rows
