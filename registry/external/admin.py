"""Records of other registries in the admin, to read."""

from django.contrib import admin

from modelops.lib.admin import ReadOnlyAdmin

from .models import ExternalRecord


@admin.register(ExternalRecord)
class ExternalRecordAdmin(ReadOnlyAdmin):
    list_display = ["group", "number", "approval", "source", "imported_at"]
    list_filter = ["source", "approval"]
    search_fields = ["group", "reference"]
    fields = readonly_fields = [
        "id", "source", "reference", "group", "number", "approval", "said_approval", "who_can_approve",
        "document_sha256", "imported_at",
    ]  # fmt: skip

    @admin.display(description="who can approve")
    def who_can_approve(self, row: ExternalRecord) -> str:
        """The principals of the other registry; without a policy nobody here knows."""
        if row.approvers is None:
            return "unknown"
        return ", ".join(row.approvers) or "nobody"
