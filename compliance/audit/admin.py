"""The ledger browser: read, filter, search; nothing else."""

import datetime as dt
import json
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from modelops.lib.admin import ReadOnlyAdmin
from modelops.lib.templatetags.portal import pill

from .browsing import LedgerChangeList, LedgerPaginator
from .events import event_classes
from .models import AuditEvent, Outcome
from .naming import name_actors
from .partitions import recorded_within
from .searching import anything, names_of

OUTCOME_TONES = {Outcome.SUCCESS: "good", Outcome.DENIED: "warn", Outcome.FAILURE: "bad"}
PERIODS = {
    "hour": ("Last hour", dt.timedelta(hours=1)),
    "day": ("Last 24 hours", dt.timedelta(days=1)),
    "week": ("Last 7 days", dt.timedelta(days=7)),
    "month": ("Last 30 days", dt.timedelta(days=30)),
}


class _ChoiceFilter(admin.SimpleListFilter):
    """A filter on one column whose values are known beforehand: no query for the choices."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class AreaFilter(admin.SimpleListFilter):
    """The part of the portal: the first word of the action."""

    title, parameter_name = "area", "area"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        areas = sorted({name.partition(".")[0] for name in event_classes()})
        return [(area, area.replace("_", " ").capitalize()) for area in areas]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        return queryset.filter(name__in=names_of(str(self.value()))) if self.value() else queryset


class ActorKindFilter(_ChoiceFilter):
    """People, service accounts, the portal itself, strangers."""

    title, parameter_name = "who", "actor_kind"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [
            ("user", "People"),
            ("service", "Service accounts"),
            ("system", "The portal"),
            ("anonymous", "Strangers"),
        ]


class PeriodFilter(admin.SimpleListFilter):
    """Recent rows."""

    title, parameter_name = "time", "period"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(key, label) for key, (label, _) in PERIODS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        period = PERIODS.get(self.value() or "")
        return queryset.filter(recorded_within(timezone.now() - period[1])) if period else queryset


def _words_for(label: str) -> str:
    """What a kind of object is called; the label itself when no installed app has it."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """Newest first by primary key, which sorts by time; every filter and search is answered by an index."""

    list_display = ["recorded", "what", "who", "category_mark", "outcome_mark", "target"]
    list_display_links = ["what"]
    list_filter = [PeriodFilter, AreaFilter, "outcome", ActorKindFilter]
    search_fields = ["name"]
    search_help_text = "The id of a request, object or account, the beginning of an action (registry.model), or words."
    ordering = ["-id"]
    sortable_by = ()
    fields = [
        "what",
        "recorded",
        "who",
        "outcome_mark",
        "name",
        "category_mark",
        "actor_kind",
        "actor_ref",
        "via",
        "target_type",
        "target_id",
        "target_label",
        "all_details",
        "request_id",
        "source",
        "id",
    ]

    paginator = LedgerPaginator

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LedgerChangeList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> AuditEvent | None:
        event = super().get_object(request, object_id, from_field)
        if event is not None:
            name_actors([event])
        return event

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEvent], search_term: str
    ) -> tuple[QuerySet[AuditEvent], bool]:
        return anything(queryset, search_term), False

    @admin.display(description="Time (UTC)")
    def recorded(self, event: AuditEvent) -> SafeString:
        moment = event.recorded_at.astimezone(dt.UTC)
        return format_html('<span class="nowrap">{}</span>', f"{moment:%Y-%m-%d %H:%M:%S}")

    @admin.display(description="What happened")
    def what(self, event: AuditEvent) -> str:
        return event.sentence[:1].upper() + event.sentence[1:]

    @admin.display(description="Who")
    def who(self, event: AuditEvent) -> str:
        return event.actor

    @admin.display(description="Category")
    def category_mark(self, event: AuditEvent) -> SafeString:
        return format_html('<span class="tag">{}</span>', event.category)

    @admin.display(description="Outcome")
    def outcome_mark(self, event: AuditEvent) -> SafeString:
        tone = OUTCOME_TONES.get(Outcome(event.outcome), "quiet")
        return pill(event.get_outcome_display(), tone)

    @admin.display(description="Object")
    def target(self, event: AuditEvent) -> SafeString | str:
        if not event.target_type:
            return "–"
        words = _words_for(event.target_type)
        # The name that it had then: the object may have another one now, or be gone.
        called = f"{words} {event.target_label}" if event.target_label else words
        return format_html('<a href="?target_id={}" title="All rows about this object">{}</a>', event.target_id, called)

    @admin.display(description="Details")
    def all_details(self, event: AuditEvent) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(event.details, indent=2, ensure_ascii=False, sort_keys=True))
