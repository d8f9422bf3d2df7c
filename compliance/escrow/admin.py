"""Backups and drills in the admin: facts to read."""

from django.contrib import admin

from modelops.lib.admin import ReadOnlyAdmin

from .models import KeyBackup, RestoreDrill


@admin.register(KeyBackup)
class KeyBackupAdmin(ReadOnlyAdmin):
    """Which file opens which keys, and for whom."""

    list_display = ["made_at", "key_count", "root_key_id", "sha256"]
    ordering = ["-made_at"]
    readonly_fields = ["id", "made_at", "sha256", "root_key_id", "key_ids", "recipients"]
    fields = (*readonly_fields,)


@admin.register(RestoreDrill)
class RestoreDrillAdmin(ReadOnlyAdmin):
    """When a restore was tried, and what came of it."""

    list_display = ["ran_at", "outcome", "code", "dump_ends_at", "keys_opened", "values_opened", "duration_s"]
    list_filter = ["outcome"]
    ordering = ["-ran_at"]
    readonly_fields = [
        "id", "ran_at", "outcome", "code", "backup_made_at", "backup_sha256", "dump_ends_at", "dump_sha256",
        "keys_opened", "values_opened", "samples", "duration_s",
    ]  # fmt: skip
    fields = (*readonly_fields,)
