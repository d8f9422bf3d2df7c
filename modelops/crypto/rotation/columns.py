"""Columns under pgcrypto: opened and sealed again inside PostgreSQL, so that no plaintext leaves the server."""

from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from modelops.crypto.discovery import Table
from modelops.crypto.errors import KeysUnavailable
from modelops.crypto.keyring import keyring
from modelops.crypto.marks import COLUMN_FORMAT, column_mark
from modelops.crypto.purposes import Purpose
from modelops.lib.errors import DomainError

from .base import Batch, Failure, Move, quote, scalar


class Recolumn(Move):
    """All encrypted columns of one table: a row is written once, however many of them it has."""

    batch_size = 5000
    # PostgreSQL does the work, one core a connection. A range of fewer rows is not worth another connection.
    smallest_range = 5000

    def __init__(self, table: Table) -> None:
        self.table = table
        self.label = f"{table.label} ({', '.join(field.name for field in table.fields)})"
        self.columns = [quote(field.column) for field in table.fields]
        # A value is reckoned from the row as it is when it is written: PostgreSQL evaluates the expression again for a
        # row that somebody else has just changed, so no concurrent save is ever overwritten.
        self.assignments = ", ".join(map(self._assignment, self.columns))

    def _assignment(self, column: str) -> str:
        """A column that is under the active key already stays as it is."""
        moved = f"modelops_reseal(t.{column}, %s || t.{self.table.key}::text)"
        return f"{column} = CASE WHEN {column_mark(f't.{column}')} <> %s THEN {moved} ELSE t.{column} END"

    def _active_mark(self) -> bytes:
        return COLUMN_FORMAT + keyring.active(Purpose.COLUMN).version.to_bytes(4, "big")

    def _behind(self) -> str:
        return "(" + " OR ".join(f"{column_mark(column)} <> %s" for column in self.columns) + ")"

    def remaining(self) -> int:
        sql = f"SELECT count(*) FROM {self.table.name} WHERE {self._behind()}"  # noqa: S608 (identifiers)
        return int(scalar(sql, [self._active_mark()] * len(self.columns)))

    def split(self, parts: int) -> list[str]:
        parts = min(parts, self.remaining() // self.smallest_range)
        if parts < 2:
            return []
        places = [part / parts for part in range(1, parts)]
        sql = (
            f"SELECT (percentile_disc(%s::float8[]) WITHIN GROUP (ORDER BY {self.table.key}))::text[] "  # noqa: S608
            f"FROM {self.table.name} WHERE {self._behind()}"
        )
        found = scalar(sql, [places, *[self._active_mark()] * len(self.columns)])
        return list(dict.fromkeys(found or []))

    def move(self, after: str | None, size: int, upto: str | None = None) -> Batch:
        try:
            with transaction.atomic():
                return self._move(after, size, upto)
        except (OperationalError, InterfaceError, KeysUnavailable):
            raise
        except (DatabaseError, DomainError) as error:
            if size == 1:
                pk = self._key_at(after, 0, upto)
                message = f"{error.code}: {error}" if isinstance(error, DomainError) else type(error).__name__
                return Batch(cursor=pk, failures=[Failure(pk, message)] if pk else [])
            return self._halves(after, size, upto)

    def _halves(self, after: str | None, size: int, upto: str | None) -> Batch:
        """One value that does not open refuses its whole statement: the halves find it."""
        first = self.move(after, size // 2, upto)
        if first.cursor is None:
            return first
        second = self.move(first.cursor, size - size // 2, upto)
        return Batch(second.cursor, first.moved + second.moved, first.failures + second.failures)

    def _where(self, after: str | None, upto: str | None) -> tuple[str, list[Any]]:
        where, params = self._behind(), list[Any]([self._active_mark()] * len(self.columns))
        for sign, key in ((">", after), ("<=", upto)):
            if key is not None:
                where, params = f"{where} AND {self.table.key} {sign} %s::{self.table.key_type}", [*params, key]
        return where, params

    def _key_at(self, after: str | None, place: int, upto: str | None) -> str | None:
        """The primary key of the row at a place behind ``after``, counted from 0; None when there are fewer."""
        where, params = self._where(after, upto)
        # A name of its own for what is selected: ORDER BY would take the text, which is sorted otherwise, and slowly.
        sql = (
            f"SELECT {self.table.key}::text AS found FROM {self.table.name} WHERE {where} "  # noqa: S608 (identifiers)
            f"ORDER BY {self.table.key} LIMIT 1 OFFSET %s"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [*params, place])
            found = cursor.fetchone()
        return str(found[0]) if found else None

    def _move(self, after: str | None, size: int, upto: str | None) -> Batch:
        last = self._key_at(after, size - 1, upto)
        where, params = self._where(after, upto if last is None else last)
        bindings = [value for field in self.table.fields for value in (self._active_mark(), field.binding_prefix)]
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {self.table.name} AS t SET {self.assignments} WHERE {where}",  # noqa: S608 (identifiers)
                [*bindings, *params],
            )
            return Batch(cursor=last, moved=cursor.rowcount)
