"""Fields that are sealed in the application: opened and sealed again, and written only where nothing changed."""

from typing import Any

from django.db import connection

from modelops.crypto import envelope
from modelops.crypto.discovery import Table
from modelops.crypto.encrypted_column import EncryptedColumn
from modelops.crypto.keyring import keyring
from modelops.crypto.marks import seal_mark
from modelops.crypto.protected import SealedField
from modelops.lib.errors import DomainError

from .base import Batch, Failure, Move, quote, scalar


class Reseal(Move):
    """One ``BinaryField`` of `envelope.seal`. For artifacts this re-wraps the data key; the file stays as it is."""

    def __init__(self, field: SealedField) -> None:
        model = field.model_class()
        self.field = field
        self.table = Table(model, ())
        self.column = quote(model._meta.get_field(field.field).column)  # type: ignore[union-attr]
        self.label = field.label
        self.batch_size = field.batch
        # Decrypting what the context does not need would cost more than all the rest; the sealed bytes are read as
        # they are stored, for a field may open itself.
        encrypted = {one.name for one in model._meta.concrete_fields if isinstance(one, EncryptedColumn)}
        self.unneeded = encrypted | {field.field}

    def _behind(self) -> str:
        return f"{self.column} IS NOT NULL AND {seal_mark(self.column)} <> %s"

    def remaining(self) -> int:
        active = keyring.active(self.field.purpose)
        sql = f"SELECT count(*) FROM {self.table.name} WHERE {self._behind()}"  # noqa: S608 (identifiers)
        return int(scalar(sql, [active.id.bytes]))

    def move(self, after: str | None, size: int, upto: str | None = None) -> Batch:
        active = keyring.active(self.field.purpose)
        keyring.readable(self.field.purpose)  # without the root key this raises here and no row is called damaged
        stored = self._stored(after, size, active.id.bytes)
        rows = self.table.model._base_manager.defer(*self.unneeded).in_bulk(list(stored))
        batch = Batch(cursor=str(list(stored)[-1]) if len(stored) == size else None)
        changes: list[tuple[Any, bytes, bytes]] = []
        for pk, old in stored.items():
            row = rows.get(pk)
            if row is None:
                continue  # deleted meanwhile
            try:
                new = envelope.reseal(old, purpose=self.field.purpose, context=self.field.context(row))
            except DomainError as error:
                batch.failures.append(Failure(str(pk), f"{error.code}: {error}"))
                continue
            changes.append((pk, old, new))
        if changes:
            batch.moved = self._write(changes, active.version)
        return batch

    def _stored(self, after: str | None, size: int, mark: bytes) -> dict[Any, bytes]:
        """Primary keys and sealed bytes of the next rows, in order."""
        where, params = self._behind(), list[Any]([mark])
        if after is not None:
            where, params = f"{where} AND {self.table.key} > %s::{self.table.key_type}", [mark, after]
        sql = (
            f"SELECT {self.table.key}, {self.column} FROM {self.table.name} WHERE {where} "  # noqa: S608 (identifiers)
            f"ORDER BY {self.table.key} LIMIT %s"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [*params, size])
            return {pk: bytes(sealed) for pk, sealed in cursor.fetchall()}

    def _write(self, changes: list[tuple[Any, bytes, bytes]], version: int) -> int:
        """Compare and set, row by row, in one statement."""
        also, params = "", []
        if self.field.version_field:
            also, params = f", {quote(self.field.version_field)} = %s", [version]
        sql = (
            f"UPDATE {self.table.name} AS t SET {self.column} = v.new{also} "  # noqa: S608 (identifiers)
            f"FROM unnest(%s::{self.table.key_type}[], %s::bytea[], %s::bytea[]) AS v(pk, old, new) "
            f"WHERE t.{self.table.key} = v.pk AND t.{self.column} = v.old"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [*params, *(list(part) for part in zip(*changes, strict=True))])
            return int(cursor.rowcount)
