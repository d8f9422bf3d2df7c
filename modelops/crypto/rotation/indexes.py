"""Blind indexes: computed anew from the values that they stand for. Only digests are written."""

from django.db import connection

from modelops.crypto.blind_index import BlindIndexField
from modelops.crypto.blind_rows import count_any, digest_of, page_after
from modelops.crypto.discovery import Table
from modelops.crypto.keyring import keyring
from modelops.crypto.purposes import Purpose

from .base import Batch, Failure, Move, quote


class Reindex(Move):
    """One blind index. A digest does not name its key, so every row is compared; look-ups try all keys meanwhile."""

    batch_size = 1000
    tells_keys_apart = False

    def __init__(self, table: Table, field: BlindIndexField) -> None:
        self.table = Table(table.model, (field,))
        self.field = field
        self.label = f"{table.label}.{field.name}"

    def remaining(self) -> int:
        return count_any(self.table.model, self.field, 10**9)

    def move(self, after: str | None, size: int, upto: str | None = None) -> Batch:
        active = keyring.active(Purpose.BLIND_INDEX)
        page = page_after(self.field, after, size)
        batch = Batch(cursor=str(page[-1].pk) if len(page) == size else None)
        changes = []
        for row in page:
            if row.value is None:
                batch.failures.append(Failure(str(row.pk), "sealed.damaged: the value does not open."))
                continue
            new = digest_of(self.field, row.value, active)
            if new is not None and new != row.digest:
                changes.append((row.pk, row.digest, new))
        if changes:
            self._write(changes)
        batch.moved = len(page) - len(batch.failures)
        return batch

    def _write(self, changes: list[tuple[object, bytes, bytes]]) -> None:
        column = quote(self.field.column)
        sql = (
            f"UPDATE {self.table.name} AS t SET {column} = v.new "  # noqa: S608 (identifiers)
            f"FROM unnest(%s::{self.table.key_type}[], %s::bytea[], %s::bytea[]) AS v(pk, old, new) "
            f"WHERE t.{self.table.key} = v.pk AND t.{column} = v.old"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [list(part) for part in zip(*changes, strict=True)])
