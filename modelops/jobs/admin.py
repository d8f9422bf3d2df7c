"""Jobs in the admin."""

from django.contrib import admin

from modelops.lib.admin import ReadOnlyAdmin

from .models import Job


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["kind", "state", "done", "total", "attempts", "created_at", "finished_at", "message"]
    list_filter = ["state", "kind"]
    ordering = ["-id"]
    readonly_fields = [
        "id",
        "kind",
        "state",
        "done",
        "total",
        "message",
        "target_type",
        "target_id",
        "attempts",
        "created_at",
        "started_at",
        "heartbeat_at",
        "finished_at",
    ]
    fields = (*readonly_fields,)
