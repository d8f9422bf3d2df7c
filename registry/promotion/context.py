"""The number beside "Approvals" in the navigation."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .models import Promotion

# Counting further costs time and tells nobody more.
COUNT_LIMIT = 100


def waiting_promotions(request: HttpRequest) -> dict[str, Any]:
    """``waiting_promotion_count``: promotions that wait for the user, counted only when a template asks."""

    def count() -> int:
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return 0
        return Promotion.objects.for_approval_by(user).order_by()[:COUNT_LIMIT].count()

    return {"waiting_promotion_count": SimpleLazyObject(count)}
