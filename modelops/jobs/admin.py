"""Jobs and the schedule in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from modelops.lib.admin import ReadOnlyAdmin
from modelops.lib.errors import DomainError

from . import schedule
from .models import Job, ScheduleEntry


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


class ScheduleForm(forms.ModelForm):
    """Period and switch; the service says what is allowed."""

    class Meta:
        model = ScheduleEntry
        fields = ("every_s", "is_enabled")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        try:
            schedule.check(self.instance, every_s=data.get("every_s", 1), is_enabled=data.get("is_enabled", False))
        except DomainError as error:
            self.add_error(error.field, str(error))
        return data


@admin.register(ScheduleEntry)
class ScheduleAdmin(ReadOnlyAdmin):
    """What runs by the clock: its period can be changed, and a run that was missed is seen."""

    form = ScheduleForm
    list_display = ["label", "every", "status", "started_at", "result", "next_due_at"]
    list_filter = ["is_enabled", "result"]
    readonly_fields = ["task", "status", "sent_at", "started_at", "finished_at", "result", "message", "next_due_at"]
    fields = ("every_s", "is_enabled", *readonly_fields)

    @admin.display(description="every")
    def every(self, entry: ScheduleEntry) -> str:
        for unit, seconds in (("d", 86_400), ("h", 3600), ("min", 60)):
            if entry.every_s % seconds == 0:
                return f"{entry.every_s // seconds} {unit}"
        return f"{entry.every_s} s"

    @admin.display(description="status")
    def status(self, entry: ScheduleEntry) -> str:
        if not entry.is_enabled:
            return "off"
        return "late: the scheduler has not sent it" if entry.is_late(timezone.now()) else "on time"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("jobs.change_scheduleentry")

    def save_model(self, request: Any, obj: ScheduleEntry, form: ModelForm, change: bool) -> None:
        schedule.change(obj, every_s=obj.every_s, is_enabled=obj.is_enabled, actor=request.actor)
