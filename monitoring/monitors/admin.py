"""Drift monitors in the admin: what is watched, and the drift that somebody accepted; to read, not to change.

Whoever answers for the data changes them on their pages in the portal; the services decide there and here alike.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from modelops.lib.admin import ReadOnlyAdmin

from .models import AcceptedDrift, DriftMonitor

VIEW = "monitoring.view_driftrun"


class _Monitoring(ReadOnlyAdmin):
    """Whoever sees drift runs sees these: they have no permission of their own."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(VIEW))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm(VIEW))


@admin.register(DriftMonitor)
class DriftMonitorAdmin(_Monitoring):
    """Monitors, newest first."""

    list_display = ["name", "reference", "dataset", "model_version", "every_s", "is_enabled", "next_due_at"]
    list_select_related = ["reference__dataset", "dataset", "model_version__model"]
    list_filter = ["is_enabled"]
    search_fields = ["name", "dataset__name"]
    ordering = ["-created_at"]


@admin.register(AcceptedDrift)
class AcceptedDriftAdmin(_Monitoring):
    """Accepted drift with its owner and its end, the latest first."""

    list_display = ["feature", "monitor", "effect", "owner", "until", "created_at"]
    list_select_related = ["monitor", "owner"]
    search_fields = ["feature", "monitor__name"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AcceptedDrift]:
        """Of monitors that this person may see."""
        rows: QuerySet[AcceptedDrift] = super().get_queryset(request)
        return rows.filter(monitor__in=DriftMonitor.objects.visible_to(request.user))
