"""Pages by key: the same cost on the first page and on the ten-thousandth."""

from rest_framework.pagination import CursorPagination


class KeysetPagination(CursorPagination):
    """Newest first by id (ids sort by time). ``next`` and ``previous`` are addresses; ``page_size`` up to 200."""

    ordering = "-id"
    page_size_query_param = "page_size"
    max_page_size = 200
