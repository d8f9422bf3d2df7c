"""Drift runs and features in the admin: to read, not to change."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from modelops.lib.admin import ReadOnlyAdmin
from monitoring.models import DriftFeature, DriftRun


@admin.register(DriftRun)
class DriftRunAdmin(ReadOnlyAdmin):
    """Runs, newest first."""

    list_display = [
        "current_name",
        "reference",
        "state",
        "drifted",
        "features_drifted",
        "features_compared",
        "created_at",
    ]
    list_select_related = ["reference__dataset", "current__dataset"]
    list_filter = ["state", "drifted"]
    search_fields = ["reference__dataset__name", "current__dataset__name", "pushed_name"]
    ordering = ["-created_at"]
    show_full_result_count = False


@admin.register(DriftFeature)
class DriftFeatureAdmin(ReadOnlyAdmin):
    """Features; the encrypted profile is not shown."""

    list_display = ["name", "run", "drifted", "statistic", "p_value", "reason"]
    list_select_related = ["run__reference__dataset", "run__current__dataset"]
    list_filter = ["drifted"]
    search_fields = ["name"]
    ordering = ["-id"]
    exclude = ["profile"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[DriftFeature]:
        """Features of runs that this person may see."""
        return super().get_queryset(request).filter(run__in=DriftRun.objects.open_to(request.user))
