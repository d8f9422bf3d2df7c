"""Choosing what the versions of a model are ranked by."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Invalid
from registry.audit_events import METRIC_CHOSEN
from registry.models import RegisteredModel

from .directions import DIRECTIONS

_LONGEST_NAME = 100
_MOST_DIRECTIONS = 200


@transaction.atomic
def choose_metric(
    model: RegisteredModel, *, primary: str | None = None, directions: Mapping[str, Any] | None = None, actor: Actor
) -> RegisteredModel:
    """Rank by the metric ``primary`` ("" for the portal's proposal) and store ``directions`` by name of the metric.

    What is not given stays; a direction "" takes a stored one away. Raises Invalid.
    """
    row = RegisteredModel.objects.select_for_update().get(pk=model.pk)
    if primary is not None:
        row.primary_metric = _name(primary.strip(), "primary_metric") if primary.strip() else ""
    stored = dict(row.metric_directions)
    for name, direction in (directions or {}).items():
        _name(name, "metric_directions")
        if direction == "":
            stored.pop(name, None)
        elif direction in DIRECTIONS:
            stored[name] = str(direction)
        else:
            raise Invalid(
                f"The direction {str(direction)[:40]!r} is not known; use {' or '.join(DIRECTIONS)}.",
                code="metric.unknown_direction",
                field="metric_directions",
            )
    if len(stored) > _MOST_DIRECTIONS:
        raise Invalid(
            f"A model keeps at most {_MOST_DIRECTIONS} directions.", code="metric.too_many", field="metric_directions"
        )
    row.metric_directions = stored
    row.changed_at = timezone.now()
    row.save(update_fields=["primary_metric", "metric_directions", "changed_at"])
    model.primary_metric, model.metric_directions = row.primary_metric, stored
    chosen = row.primary_metric
    record(
        METRIC_CHOSEN,
        row,
        actor=actor,
        name=row.name,
        metric=chosen or "the proposed metric",
        direction=stored.get(chosen, "as proposed"),
    )
    return row


def _name(name: Any, field: str) -> str:
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME or "\x00" in name:
        raise Invalid(f"A metric's name has 1 to {_LONGEST_NAME} characters.", code="metric.invalid_name", field=field)
    return name
