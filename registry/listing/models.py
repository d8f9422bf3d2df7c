"""The list of models: what it is narrowed to and how it is sorted."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef

from modelops.lib.errors import Invalid
from registry.aliases.models import Alias
from registry.labels.models import ModelLabels
from registry.models import RegisteredModel, RiskClass, TaskType
from registry.querysets import RegisteredModelQuerySet

from .asked import checked_choice, text_of

# Every order is answered by an index that ends with the primary key.
SORTS = {"newest": "-id", "name": "name", "changed": "-changed_at"}
SORT_LABELS = [("newest", "Newest"), ("name", "Name"), ("changed", "Last change")]
MODEL_FILTERS = (
    "q",
    "task_type",
    "risk_class",
    "owner",
    "alias",
    "file_format",
    "tag",
    "quarantined",
    "deleted",
    "prompts",
    "sort",
)


def asked_sort(asked: str) -> str:
    """The column for ``?sort=``. Raises Invalid."""
    if asked not in SORTS:
        raise Invalid(f"Sort by one of {', '.join(SORTS)}.", code="list.unknown_sort", field="sort")
    return SORTS[asked]


def narrowed(user: Any, asked: Mapping[str, str]) -> RegisteredModelQuerySet:
    """The models that ``user`` may see, narrowed by what is asked for under the names of `MODEL_FILTERS`.

    Prompts for language models are models of their own list: ``prompts`` "true" finds them and nothing else.
    ``owner`` is "me" or a name. An unknown task type or risk class raises Invalid; an unknown owner, alias, format or
    tag finds nothing.
    """
    rows = RegisteredModel.objects.visible_to(user, deleted=asked.get("deleted") == "true")
    is_prompt = Exists(ModelLabels.objects.filter(model=OuterRef("pk"), is_prompt=True))
    rows = rows.filter(is_prompt if asked.get("prompts") == "true" else ~is_prompt)
    rows = rows.matching(asked.get("q", "").strip()[:100])
    rows = kind_and_owner(rows, user, asked)
    if asked.get("quarantined") == "true":
        rows = rows.with_quarantined()
    if tag := asked.get("tag", "").strip()[:250]:
        rows = rows.tagged(tag)
    if file_format := text_of(asked, "file_format", 32):
        rows = rows.with_format(file_format)
    if alias := text_of(asked, "alias", 100):
        rows = rows.filter(Exists(Alias.objects.visible_to(user).filter(model=OuterRef("pk"), name=alias)))
    return rows


def kind_and_owner(rows: Any, user: Any, asked: Mapping[str, str], path: str = "") -> Any:
    """Narrow by task type, risk class and owner of the model that stands at ``path``."""
    if task := checked_choice(asked, "task_type", TaskType.values, "model.unknown_task_type"):
        rows = rows.filter(**{f"{path}task_type": task})
    if risk := checked_choice(asked, "risk_class", RiskClass.values, "model.unknown_risk_class"):
        rows = rows.filter(**{f"{path}risk_class": risk})
    if owner := text_of(asked, "owner", 150):
        who = {f"{path}owner": user.pk} if owner == "me" else {f"{path}owner__username": owner}
        rows = rows.filter(**who)
    return rows
