"""Rows in the order of the tree, read through a cursor of the server: a million take no more memory than one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction

from ..leaf import LEAF_SQL
from ..sealing.models import PurgedMonth
from .selection import Selection

BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its place in the tree; ``text`` is its leaf as it stands now, None when the row is gone.

    ``month`` is the one with which it was purged, where it was, and ``hash`` what the tree keeps of it then.
    """

    index: int
    text: str | None
    month: str = ""
    hash: bytes = b""


def rows(selection: Selection, size: int, first: int = 0) -> Iterator[Row]:
    """The selected rows among the leaves from ``first`` to ``size``; in one snapshot, whatever happens meanwhile.

    A row that was removed from the ledger and not from the tree is told as missing where everything is selected.
    """
    condition, given = selection.conditions()
    join = "LEFT JOIN" if selection.is_whole else "JOIN"
    statement = (
        f"SELECT l.seq, {LEAF_SQL}, l.event_id, l.hash FROM audit_sealing_leaf l"  # noqa: S608 (constants)
        f" {join} audit_auditevent e ON e.id = l.event_id"
        f" WHERE l.seq >= %s AND l.seq < %s AND {condition} ORDER BY l.seq"
    )
    # A cursor lives in a transaction; without a write it holds up nothing that seals.
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(statement, [first, size, *given])
        purged = list(PurgedMonth.objects.values_list("month", "first_id", "until_id"))
        while batch := cursor.fetchmany(BATCH):
            for index, text, event_id, leaf in batch:
                if text is not None:
                    yield Row(index, text)
                else:
                    month = next((name for name, low, high in purged if low <= event_id < high), "")
                    yield Row(index, None, month, bytes(leaf))
