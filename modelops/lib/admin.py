"""Manners of the admin that hold for every app."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

COUNTED_ROWS = 10_000
"""The admin pages through this many rows and counts no further; filters and search reach the rest."""


class CappedPaginator(Paginator):
    """Counts at most ``most`` rows, so that a list costs the same at a thousand rows and at a million.

    ``has_more`` says that there are others; the list then tells "more than 10,000".
    """

    most: ClassVar[int | None] = None

    @cached_property
    def count(self) -> int:
        return min(self._counted, self._limit)

    @property
    def has_more(self) -> bool:
        return self._counted > self._limit

    @property
    def _limit(self) -> int:
        return COUNTED_ROWS if self.most is None else self.most

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[: self._limit + 1].count())


class ReadOnlyAdmin(admin.ModelAdmin):
    """A list and detail pages to read: nothing is added, changed or deleted here, whatever the permissions say.

    Changes go through services; an app that offers some adds its own POST views beside this.
    """

    show_full_result_count = False
    paginator = CappedPaginator
    list_per_page = 50
    actions = None
    show_facets = admin.ShowFacets.NEVER

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows that this person may see, where the model knows that some may not."""
        rows = super().get_queryset(request)
        visible_to = getattr(rows, "visible_to", None)
        return visible_to(request.user) if visible_to is not None else rows

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
