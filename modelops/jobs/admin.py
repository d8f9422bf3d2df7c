"""Jobs and the schedule in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from modelops.lib.admin import ReadOnlyAdmin
from modelops.lib.errors import DomainError
from modelops.lib.templatetags.portal import pill

from . import schedule
from .handlers import kinds, label_of
from .models import Job, JobAttempt, ScheduleEntry


class AttemptInline(admin.TabularInline):
    """The log: each attempt, which worker did it and how it ended."""

    model = JobAttempt
    verbose_name_plural = "Attempts"
    readonly_fields = ["number", "result", "began_at", "ended_at", "worker", "message"]
    fields = (*readonly_fields,)
    ordering = ["number"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("jobs.view_job")


class KindFilter(admin.SimpleListFilter):
    """The kinds that there are handlers for, by what people call them."""

    title = "job"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(((kind, label_of(kind)) for kind in kinds()), key=lambda one: one[1])

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """What is asked for, by whom, how far it is, and the log of its attempts."""

    list_display = ["what", "state_mark", "progress", "attempts", "created_at", "finished_at", "message"]
    list_filter = ["state", KindFilter]
    search_fields = ["=id", "=target_id", "=actor_ref"]
    search_help_text = "The exact id of a job, of what it works on, or of who asked for it."
    ordering = ["-id"]
    readonly_fields = [
        "id", "what", "kind", "state_mark", "progress", "message", "target_type", "target_id", "actor_kind",
        "actor_ref", "attempts", "created_at", "not_before", "started_at", "heartbeat_at", "finished_at", "took",
    ]  # fmt: skip
    fields = (*readonly_fields,)
    inlines = (AttemptInline,)

    @admin.display(description="job", ordering="kind")
    def what(self, job: Job) -> str:
        return job.label

    @admin.display(description="state")
    def state_mark(self, job: Job) -> SafeString:
        tone = {"succeeded": "good", "failed": "bad", "running": "info", "queued": "quiet"}.get(job.state, "quiet")
        return pill(job.get_state_display(), tone)

    @admin.display(description="progress")
    def progress(self, job: Job) -> str:
        if job.percent is None:
            return "–"
        return f"{job.percent} % ({job.done:,} of {job.total:,})" if job.total else f"{job.percent} %"

    @admin.display(description="took")
    def took(self, job: Job) -> str:
        return "–" if job.duration is None else f"{job.duration.total_seconds():.1f} s"


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
    list_display = ["label", "every", "status", "started_at", "result", "next_due_at", "missed"]
    list_filter = ["is_enabled", "result"]
    readonly_fields = [
        "task", "status", "next_due_at", "sent_at", "started_at", "finished_at", "result", "message", "missed",
        "missed_at",
    ]  # fmt: skip
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
