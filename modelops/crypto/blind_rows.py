"""Rows with blind indexes, page by page with the value that each was made of: for rotation and for the last look
before a key is destroyed. A digest does not name its key, so it is compared.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, models, transaction

from .blind_index import BlindIndexField, normalise
from .keyed import digest_under
from .keyring import Key

PAGE = 1000


@dataclass(frozen=True)
class IndexedRow:
    """``value`` is None where the encrypted value could not be opened."""

    pk: Any
    value: str | None
    digest: bytes


def digest_of(field: BlindIndexField, value: str, key: Key) -> bytes | None:
    """What the field holds for ``value`` under ``key``."""
    if not value:
        return None
    return digest_under(key, field.column_name.encode(), normalise(value).encode())


def page_after(field: BlindIndexField, cursor: Any = None, size: int = PAGE) -> list[IndexedRow]:
    """The next rows that have a digest, in the order of the primary key."""
    rows = field.model._base_manager.exclude(**{field.name: None}).order_by("pk")
    if cursor is not None:
        rows = rows.filter(pk__gt=cursor)
    try:
        with transaction.atomic():
            read = list(rows.values_list("pk", field.source, field.name)[:size])
            return [IndexedRow(pk, str(value or ""), bytes(digest)) for pk, value, digest in read]
    except DatabaseError:
        if size == 1:
            pk, digest = rows.values_list("pk", field.name)[0]
            return [IndexedRow(pk, None, bytes(digest))]
        # One value that does not open must not hide its neighbours: they are read one by one.
        found: list[IndexedRow] = []
        for _ in range(size):
            more = page_after(field, found[-1].pk if found else cursor, 1)
            if not more:
                break
            found += more
        return found


def all_rows(field: BlindIndexField) -> Iterator[IndexedRow]:
    """Every row that has a digest."""
    cursor: uuid.UUID | int | None = None
    while page := page_after(field, cursor):
        yield from page
        cursor = page[-1].pk


def count_under(field: BlindIndexField, key: Key, at_most: int) -> int:
    """Rows whose digest was made under ``key``, or that cannot be told because their value does not open."""
    count = 0
    for row in all_rows(field):
        if row.value is None or row.digest == digest_of(field, row.value, key):
            count += 1
            if count > at_most:
                break
    return count


def count_any(model: type[models.Model], field: BlindIndexField, at_most: int) -> int:
    """Rows that have a digest."""
    return len(model._base_manager.exclude(**{field.name: None}).order_by().values_list("pk")[: at_most + 1])
