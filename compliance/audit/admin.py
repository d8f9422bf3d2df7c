"""The ledger browser: read, filter, search; nothing else."""

import datetime as dt
import json
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from modelops.lib.admin import ReadOnlyAdmin, first_id_at
from modelops.lib.templatetags.portal import pill

from .events import event_classes
from .models import AuditEvent, Outcome
from .naming import name_actors

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


class CategoryFilter(_ChoiceFilter):
    """Security, data, model, system, privacy."""

    title, parameter_name = "category", "category"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        categories = sorted({event.category for event in event_classes().values()})
        return [(category, category.capitalize()) for category in categories]


class AreaFilter(admin.SimpleListFilter):
    """The part of the portal: the first word of the action."""

    title, parameter_name = "area", "area"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        areas = sorted({name.partition(".")[0] for name in event_classes()})
        return [(area, area.capitalize()) for area in areas]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        return queryset.filter(name__startswith=f"{self.value()}.") if self.value() else queryset


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
    """Recent rows, as a range of the primary key."""

    title, parameter_name = "time", "period"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(key, label) for key, (label, _) in PERIODS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        period = PERIODS.get(self.value() or "")
        return queryset.filter(pk__gte=first_id_at(timezone.now() - period[1])) if period else queryset


class LedgerChangeList(ChangeList):
    """Names all actors of the page with one query."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        name_actors(self.result_list)


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
    list_filter = [PeriodFilter, CategoryFilter, AreaFilter, "outcome", ActorKindFilter]
    search_fields = ["name"]
    search_help_text = "An exact request, object or actor id, or the beginning of an action (registry.model)."
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
        "target_type",
        "target_id",
        "all_details",
        "request_id",
        "source",
        "id",
    ]

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
        term = search_term.strip()
        if not term:
            return queryset, False
        # Kinds are named although any will do: they lead the two indexes, which a bare id could not use.
        kinds = [model._meta.label_lower for model in apps.get_models()]
        target = Q(target_type__in=kinds, target_id=term)
        actor = Q(actor_kind__in=["user", "service", "system"], actor_ref=term)
        return queryset.filter(Q(request_id=term) | target | actor | Q(name__startswith=term)), False

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
        return format_html('<a href="?q={}" title="All rows about this object">{}</a>', event.target_id, words)

    @admin.display(description="Details")
    def all_details(self, event: AuditEvent) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(event.details, indent=2, ensure_ascii=False, sort_keys=True))
