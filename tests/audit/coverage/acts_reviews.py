"""Calls upon access reviews."""

from typing import Any

from .acts_desk import fresh
from .performing import Act
from .world import World

REVIEW = "reviews.accessreview"
_ONE = "admin/reviews/accessreview/<uuid:pk>/"


def _review(world: World) -> Any:
    import datetime as dt

    from compliance.reviews.services import open_review

    return open_review(dt.date(2020, 1, 1), actor=world.actor("guard"))


def _line(world: World) -> dict[str, Any]:
    review = _review(world)
    return {"pk": review.pk, "line": review.lines.first().pk}


def _decided(world: World) -> dict[str, Any]:
    """Every line is decided, in a browser that has just shown a code."""
    review = _review(world)
    review.lines.update(decision="keep")
    return {"pk": review.pk, "client": fresh(world)}


ACTS: dict[str, Act] = {
    f"POST {_ONE}lines/<uuid:line>/": Act("officer", REVIEW, {"decision": "keep", "note": ""}, before=_line),
    f"POST {_ONE}sign/": Act("officer", REVIEW, {"statement": "Looked at every line."}, before=_decided),
}
