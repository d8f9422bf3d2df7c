"""Requests that nobody can approve any more are found by the schedule, not only when somebody opens one."""

from typing import Final

from django.db import transaction

from registry.models import RegisteredModel

from .deciding import as_it_is_now, outdate
from .models import Promotion
from .payload import PARTS, differences

_AT_A_TIME: Final = 200
# An alert is resolved and a scan ends: whether a gate says yes is for the moment of the approval to judge.
_MAY_COME_BACK: Final = frozenset({PARTS["gates"]})


def close_outdated() -> int:
    """Close requests of which something changed for good; returns how many. Safe to run twice at once.

    In no order, so that of many that still hold none keeps the others from being looked at.
    """
    waiting = Promotion.objects.waiting().order_by("?").values_list("pk", "model_id")[:_AT_A_TIME]
    return sum(_close(key, model) for key, model in waiting)


@transaction.atomic
def _close(key: object, model: object) -> bool:
    # The model's row first, as everything that decides does; who holds it is deciding about this very request.
    if not RegisteredModel.objects.select_for_update(skip_locked=True).filter(pk=model).exists():
        return False
    rows = Promotion.objects.waiting().select_for_update(of=("self",), skip_locked=True).select_related("model")
    promotion = rows.filter(pk=key).first()
    if promotion is None:
        return False
    now, outcomes = as_it_is_now(promotion)
    changed = differences(promotion.payload, now) if now else ["the version (it was deleted)"]
    if not set(changed) - _MAY_COME_BACK:
        return False
    outdate(promotion, changed, outcomes)
    return True
