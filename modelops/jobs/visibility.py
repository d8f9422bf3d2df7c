"""Jobs about what not everybody may know of. This floor does not know what that is; who does registers here."""

from collections.abc import Callable
from typing import Any

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

Hidden = Callable[[Any], QuerySet[Any]]

_hidden: dict[str, Hidden] = {}


def hides(target_type: str) -> Callable[[Hidden], Hidden]:
    """Decorator: the function gives the rows of ``target_type`` ("registry.modelversion") that a user may not see."""

    def add(rows: Hidden) -> Hidden:
        _hidden[target_type] = rows
        return rows

    return add


def hidden_from(user: Any) -> Q:
    """The condition of jobs whose target ``user`` may not see."""
    condition = Q(pk__in=[])
    for target_type, rows in _hidden.items():
        keys = rows(user).order_by().values_list(Cast("pk", CharField()))
        condition |= Q(target_type=target_type, target_id__in=keys)
    return condition
