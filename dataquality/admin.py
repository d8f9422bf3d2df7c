"""Quality runs, issues and suites of rules in the admin: to read, not to change."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from dataquality.models import QualityIssue, QualityRun, RuleSuite, RuleSuiteVersion
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


class RuleSuiteVersionInline(admin.TabularInline):
    """The versions of a suite; the encrypted rules are not shown."""

    model = RuleSuiteVersion
    fields = readonly_fields = ["number", "rule_count", "digest", "created_by", "created_at"]
    ordering = ["-number"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Versions are written by the service."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A version never changes."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As of the suite."""
        return request.user.has_perm("dataquality.view_qualityrun")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With who wrote them, in one query."""
        return super().get_queryset(request).select_related("created_by", "suite__dataset").defer("document")


@admin.register(RuleSuite)
class RuleSuiteAdmin(ReadOnlyAdmin):
    """Suites of rules, newest first, with their versions; whoever sees quality runs sees them."""

    list_display = ["name", "dataset", "last_number", "owner", "created_at"]
    list_select_related = ["dataset", "owner"]
    search_fields = ["name", "dataset__name"]
    ordering = ["-created_at"]
    inlines = [RuleSuiteVersionInline]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The suites explain the scores of the runs."""
        return request.user.has_perm("dataquality.view_qualityrun")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """As above."""
        return self.has_view_permission(request)
