"""Quality runs and issues in the admin: to read, not to change."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from dataquality.models import QualityIssue, QualityRun
from modelops.lib.admin import ReadOnlyAdmin


@admin.register(QualityRun)
class QualityRunAdmin(ReadOnlyAdmin):
    """Runs, newest first."""

    list_display = ["dataset_version", "state", "score", "issue_count", "created_at", "finished_at"]
    list_select_related = ["dataset_version__dataset"]
    list_filter = ["state"]
    search_fields = ["dataset_version__dataset__name"]
    ordering = ["-created_at"]
    show_full_result_count = False


@admin.register(QualityIssue)
class QualityIssueAdmin(ReadOnlyAdmin):
    """Issues; the encrypted detail is not shown."""

    list_display = ["run", "dimension", "rule", "column", "severity", "count", "deduction"]
    list_select_related = ["run__dataset_version__dataset"]
    list_filter = ["severity", "dimension"]
    search_fields = ["column", "rule"]
    ordering = ["-id"]
    exclude = ["detail"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[QualityIssue]:
        """Issues of runs that this person may see."""
        return super().get_queryset(request).filter(run__in=QualityRun.objects.open_to(request.user))
