"""First pages of lists that are asked so often that they have a way of their own."""

from collections.abc import Callable
from typing import Any


class FirstPage:
    """Stands for the queryset of a list where its paginator asks for the first page and nothing else.

    ``rows`` gives the first of them as answers show them, for an order and a number.
    """

    def __init__(self, rows: Callable[[tuple[str, ...], int], list[dict[str, Any]]]) -> None:
        self._rows = rows
        self._order: tuple[str, ...] = ()

    def order_by(self, *order: str) -> "FirstPage":
        """The same in this order."""
        page = FirstPage(self._rows)
        page._order = order
        return page

    def __getitem__(self, part: slice) -> list[dict[str, Any]]:
        if part.start or part.stop is None:
            raise ValueError("A first page begins at the first row, and it ends.")
        return self._rows(self._order, part.stop)
