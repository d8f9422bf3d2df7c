"""The compliance officer's place: requests by their clock, each with its steps."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from modelops.crypto.admin_search import BlindIndexSearch
from modelops.lib.admin import ReadOnlyAdmin
from modelops.lib.templatetags.portal import pill, state

from . import case, stages
from .admin_views import CaseViews
from .erasure.admin_views import ErasureViews
from .models import ErasureDrill, SubjectRequest
from .querysets import SubjectRequestQuerySet
from .rights.admin_views import RightsViews


class ClockFilter(admin.SimpleListFilter):
    """Which requests wait, and for how long they still may. What is open comes first, unless somebody searches."""

    title, parameter_name = "clock", "clock"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        self.searched = bool({"q", "person"} & request.GET.keys())
        return [
            ("open", "Open"),
            ("week", "Due within 7 days"),
            ("overdue", "Overdue"),
            ("closed", "Closed"),
            ("all", "All"),
        ]

    def value(self) -> str:
        """The chosen one; open requests when nothing was chosen."""
        return super().value() or ("all" if self.searched else "open")

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        for value, label in self.lookup_choices:
            query = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": self.value() == value, "query_string": query, "display": label}

    def queryset(self, request: HttpRequest, queryset: SubjectRequestQuerySet) -> SubjectRequestQuerySet:
        now = timezone.now()
        match self.value():
            case "open":
                return queryset.open()
            case "week":
                return queryset.open().filter(due_at__lte=now + dt.timedelta(days=7))
            case "overdue":
                return queryset.open().filter(due_at__lt=now)
            case "closed":
                return queryset.filter(state__in=stages.FINAL)
        return queryset


class PersonFilter(admin.SimpleListFilter):
    """Requests of one person, by the keyed digests of the address; reached through the search box."""

    title, parameter_name = "person", "person"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        asked = request.GET.get("person")
        return [(asked, "The searched address")] if asked else []

    def queryset(self, request: HttpRequest, queryset: SubjectRequestQuerySet) -> SubjectRequestQuerySet:
        if not self.value():
            return queryset
        try:
            digests = [bytes.fromhex(digest) for digest in (self.value() or "").split(".")]
        except ValueError:
            return queryset.none()
        return queryset.filter(email_index__in=digests)


class ReferenceSearch:
    """The search of references: from the first character on, in any case."""

    def get_search_results(
        self, request: HttpRequest, queryset: SubjectRequestQuerySet, search_term: str
    ) -> tuple[SubjectRequestQuerySet, bool]:
        term = search_term.strip().upper()
        return (queryset.filter(reference__startswith=term) if term else queryset), False


@admin.register(SubjectRequest)
class SubjectRequestAdmin(BlindIndexSearch, ReferenceSearch, ReadOnlyAdmin):
    """Rows are opened and moved by services alone; the pages of a request are its own views."""

    list_display = ["reference", "kind", "regime", "state_mark", "due", "received_on"]
    list_display_links = ["reference"]
    list_filter = [ClockFilter, "state", "kind", "regime", PersonFilter]
    search_fields = ["reference"]
    blind_search_fields = ("email_index",)
    search_help_text = "A reference (SR-2026-000012) or the exact e-mail address of a person."
    ordering = ["due_at", "id"]
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> SubjectRequestQuerySet:
        return SubjectRequest.objects.visible_to(request.user).without_person().order_by("due_at", "id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("subjects.add_subjectrequest")

    def get_urls(self) -> list[URLPattern]:
        return [*CaseViews(self).urls(), *ErasureViews(self).urls(), *RightsViews(self).urls(), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return CaseViews(self).open(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return CaseViews(self).show(request, str(uuid.UUID(object_id)))
        except ValueError:
            raise Http404 from None

    @admin.display(description="State")
    def state_mark(self, request: SubjectRequest) -> SafeString:
        return state(request.state, request.get_state_display())

    @admin.display(description="Due")
    def due(self, request: SubjectRequest) -> SafeString:
        day = f"{request.due_at:%d %b %Y}"
        return format_html(
            '<span class="nowrap">{} {}</span>', day, pill(case.clock_words(request), case.clock_tone(request), "clock")
        )

    @admin.display(description="Received")
    def received_on(self, request: SubjectRequest) -> str:
        return f"{request.received_at:%d %b %Y}"


@admin.register(ErasureDrill)
class ErasureDrillAdmin(ReadOnlyAdmin):
    """When a restore was tried, and that nobody who was erased was in it."""

    list_display = ["ran_at", "outcome", "code", "dump_ends_at", "erasures", "rows", "found", "duration_s"]
    list_filter = ["outcome"]
    ordering = ["-ran_at"]
    readonly_fields = [
        "id", "ran_at", "outcome", "code", "dump_ends_at", "dump_sha256", "erasures", "rows", "found", "duration_s",
    ]  # fmt: skip
    fields = (*readonly_fields,)
