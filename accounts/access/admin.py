"""Uses of superusers in the admin: to read."""

from django.contrib import admin

from modelops.lib.admin import ReadOnlyAdmin

from .models import Emergency


@admin.register(Emergency)
class EmergencyAdmin(ReadOnlyAdmin):
    """Who worked past the roles, when and why."""

    list_display = ["started_at", "user", "ends_at", "reason"]
    list_select_related = ["user"]
    fields = readonly_fields = ["user", "reason", "started_at", "ends_at"]
    ordering = ["-id"]
