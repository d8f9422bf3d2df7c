"""The list of models: what it is narrowed to and how it is sorted, the same for the page and the REST interface."""

from collections.abc import Mapping
from typing import Any

from modelops.lib.errors import Invalid

from .models import RegisteredModel, TaskType
from .querysets import RegisteredModelQuerySet

# Every order is answered by an index that ends with the primary key.
SORTS = {"newest": "-id", "name": "name", "changed": "-changed_at"}
SORT_LABELS = [("newest", "Newest"), ("name", "Name"), ("changed", "Last change")]


def asked_sort(asked: str) -> str:
    """The column for ``?sort=``. Raises Invalid."""
    if asked not in SORTS:
        raise Invalid(f"Sort by one of {', '.join(SORTS)}.", code="list.unknown_sort", field="sort")
    return SORTS[asked]


def narrowed(user: Any, asked: Mapping[str, str]) -> RegisteredModelQuerySet:
    """The models that ``user`` may see, narrowed by what is asked for.

    Keys: ``q``, ``task_type``, ``owner`` ("me" or a name), ``quarantined``, ``tag``, ``deleted``. An unknown task type
    raises Invalid; an unknown owner or tag finds nothing.
    """
    rows = RegisteredModel.objects.visible_to(user, deleted=asked.get("deleted") == "true")
    rows = rows.matching(asked.get("q", "").strip()[:100])
    if task := asked.get("task_type", ""):
        if task not in TaskType.values:
            raise Invalid(
                f"The task type {task[:60]!r} is not known; use one of {', '.join(TaskType.values)}.",
                code="model.unknown_task_type",
                field="task_type",
            )
        rows = rows.filter(task_type=task)
    if owner := asked.get("owner", "").strip().replace("\x00", ""):
        rows = rows.filter(owner=user.pk) if owner == "me" else rows.filter(owner__username=owner[:150])
    if asked.get("quarantined") == "true":
        rows = rows.with_quarantined()
    if tag := asked.get("tag", "").strip()[:250]:
        rows = rows.tagged(tag)
    return rows
