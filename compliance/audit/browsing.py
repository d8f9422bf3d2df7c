"""The list of the ledger browser: category views, fields to search by, and older rows without end."""

import uuid
from typing import Any, Final

from django.contrib import messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from modelops.lib.admin import CappedPaginator
from modelops.lib.errors import DomainError, Invalid

from .models import AuditEvent
from .naming import name_actors
from .searching import CATEGORIES, Search, matching

BEFORE: Final = "before"
# What the form asks for: name, label, kind of input, hint.
FIELDS: Final = (
    ("words", "Words in the details", "search", "whole words, all of them"),
    ("actor", "Actor", "text", "id of an account, or a part of the portal"),
    ("target_id", "Object", "text", "its id"),
    ("name", "Action", "text", "registry.model or registry.model.registered"),
    ("address", "Address", "text", "203.0.113.7 or 203.0.113.0/24"),
    ("request_id", "Request", "text", "its id"),
    ("since", "From (UTC)", "datetime-local", ""),
    ("until", "Until (UTC)", "datetime-local", ""),
)
_OWN: Final = frozenset({*(name for name, *_ in FIELDS), "target_type", "category", BEFORE})


class LedgerPaginator(CappedPaginator):
    """Counts less than other lists: rows lie in months, and "Older rows" leads on without counting."""

    most = 1000


class LedgerChangeList(ChangeList):
    """Filters of `searching` beside those of the admin; names all actors of the page with one query."""

    search: Search = Search()

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Without what this list looks up by itself."""
        found = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in _OWN}

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[AuditEvent]:
        rows: QuerySet[AuditEvent] = super().get_queryset(request, exclude_parameters)
        given = {name: str(value) for name, value in request.GET.items() if name in _OWN}
        try:
            self.search = Search.read(given)
            rows = matching(rows, self.search)
            return rows.filter(pk__lt=_row_id(given[BEFORE])) if given.get(BEFORE) else rows
        except DomainError as problem:
            messages.error(request, str(problem))
            return rows.none()

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        name_actors(self.result_list)

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """All rows, and one view a category: each keeps the other filters."""
        views = [("", "All"), *((category, category.capitalize()) for category in CATEGORIES)]
        return [
            {
                "label": label,
                "url": self.get_query_string({"category": category}, ["p", BEFORE])
                if category
                else self.get_query_string(remove=["category", "p", BEFORE]),
                "current": self.search.category == category,
            }
            for category, label in views
        ]

    @property
    def search_form(self) -> list[dict[str, str]]:
        """The fields with what was asked for."""
        return [
            {"name": name, "label": label, "type": kind, "hint": hint, "value": self.params.get(name, "")}
            for name, label, kind, hint in FIELDS
        ]

    @property
    def is_searched(self) -> bool:
        """Whether any field of the form is filled in."""
        return any(self.params.get(name) for name, *_ in FIELDS)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What else is filtered by, for the form to keep."""
        ours = {name for name, *_ in FIELDS} | {"p", BEFORE}
        return [(name, value) for name, value in self.params.items() if name not in ours]

    @property
    def older(self) -> str:
        """The address of the rows before the last one shown; empty at the end. Costs the same however far back."""
        if len(self.result_list) < self.list_per_page:
            return ""
        return str(self.get_query_string({BEFORE: str(self.result_list[-1].pk)}, ["p"]))


def _row_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Invalid(
            f"{text[:40]!r} is no id of a row. Begin with the newest rows.", code="row.invalid", field=BEFORE
        ) from None
