"""The key ring in the admin: which keys there are and in which state. Wrapped bytes are not shown."""

from django.contrib import admin

from modelops.lib.admin import ReadOnlyAdmin

from .models import KeyVersion


@admin.register(KeyVersion)
class KeyVersionAdmin(ReadOnlyAdmin):
    list_display = ["purpose", "version", "state", "activated_at", "provider", "root_key_id"]
    list_filter = ["state", "purpose"]
    ordering = ["purpose", "-version"]
    readonly_fields = ["id", "purpose", "version", "state", "provider", "root_key_id", "created_at", "activated_at"]
    fields = (*readonly_fields,)
