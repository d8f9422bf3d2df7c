"""The boxes in which the inbox sorts requests, the same in the portal and over REST."""

from typing import Any

from django.db.models import QuerySet

from modelops.lib.errors import Invalid

from .models import Promotion, State

BOXES = {"for_me": "Waiting for me", "mine": "Mine", "waiting": "All that wait", "decided": "Decided"}


def in_box(user: Any, box: str) -> "QuerySet[Promotion]":
    """The requests of a box that ``user`` may see; all of them for "". Raises Invalid for another word."""
    rows = Promotion.objects.visible_to(user)
    match box:
        case "":
            return rows
        case "for_me":
            return Promotion.objects.for_approval_by(user)
        case "mine":
            return rows.asked_by(user)
        case "waiting":
            return rows.waiting()
        case "decided":
            return rows.exclude(state=State.WAITING)
    raise Invalid(f"box is one of {', '.join(BOXES)}.", code="promotion.unknown_box", field="box")
