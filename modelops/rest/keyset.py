"""Keyset pages for portal lists."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpRequest

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Page(Generic[M]):
    """Rows newest first; ``next`` and ``previous`` are query strings for the links, or None at an end."""

    rows: list[M]
    next: str | None
    previous: str | None


def _as_uuid(value: str | None) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError:
        return None


def page_of(queryset: "QuerySet[M]", request: HttpRequest, size: int = 50) -> Page[M]:
    """The page of ``queryset`` that ``?before=`` or ``?after=`` (ids) asks for; the first page without either.

    Ids are UUIDs of version 7, so their order is the order of creation. A mark that is no id gives the first page.
    """
    before, after = _as_uuid(request.GET.get("before")), _as_uuid(request.GET.get("after"))
    ordered: Any = queryset.order_by("-pk")
    if after is not None:
        rows = list(queryset.filter(pk__gt=after).order_by("pk")[: size + 1])
        more_newer, more_older = len(rows) > size, True
        rows = list(reversed(rows[:size]))
    else:
        if before is not None:
            ordered = ordered.filter(pk__lt=before)
        rows = list(ordered[: size + 1])
        more_newer, more_older = before is not None, len(rows) > size
        rows = rows[:size]

    def link(name: str, row: M) -> str:
        query = request.GET.copy()
        query.pop("before", None)
        query.pop("after", None)
        query[name] = str(row.pk)
        return f"?{query.urlencode()}"

    return Page(
        rows,
        next=link("before", rows[-1]) if rows and more_older else None,
        previous=link("after", rows[0]) if rows and more_newer else None,
    )
