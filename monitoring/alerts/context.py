"""The number beside "Alerts" in the navigation."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from monitoring.models.alerts import Alert, AlertState

# Counting further costs time and tells nobody more.
COUNT_LIMIT = 100


def open_alerts(request: HttpRequest) -> dict[str, Any]:
    """``open_alert_count``: open alerts that the user may see, counted only when a template asks."""

    def count() -> int:
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return 0
        rows = Alert.objects.visible_to(user).filter(state=AlertState.OPEN).order_by()
        return rows[:COUNT_LIMIT].count()

    return {"open_alert_count": SimpleLazyObject(count)}
