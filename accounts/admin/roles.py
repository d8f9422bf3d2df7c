"""Roles in the admin: to read. What a role may do stands in a table of the code, `accounts.roles`."""

from django.contrib import admin
from django.contrib.auth.models import Group

from modelops.lib.admin import ReadOnlyAdmin

admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(ReadOnlyAdmin):
    """One role with its permissions."""

    list_display = ["name"]
    search_fields = ["name"]
    fields = readonly_fields = ["name", "permissions"]
    ordering = ["name"]
