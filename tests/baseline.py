"""The rows that migrations and set-up leave in a new database, put back after tests that commit.

Such tests leave rows behind, and may change the groups, permissions and ring keys that every other test needs. A flush
of all tables takes a second or two; most tables are empty anyway, and deleting a few rows takes milliseconds. Tables
that a test has not written are left alone: which transactions its rows are of tells that.
"""

from collections.abc import Iterable
from typing import Any

from django.db import OperationalError, transaction

# The throw-away server has no autovacuum: what is left of many deleted rows is swept at once.
_MANY = 5_000
_MARK = "count(*), coalesce(sum(xmin::text::bigint), 0), coalesce(max(xmin::text::bigint), 0)"


class Baseline:
    """A copy of every non-empty table."""

    def __init__(self, connection: Any) -> None:
        self.tables = sorted(set(connection.introspection.table_names()) - {"django_migrations"})
        self.rows: dict[str, bytes] = {}
        with connection.cursor() as cursor:
            for table in self.tables:
                with cursor.copy(f'COPY (SELECT * FROM "{table}") TO STDOUT') as copy:
                    content = b"".join(bytes(block) for block in copy)
                if content:
                    self.rows[table] = content
            self.marks = self._marks(cursor, self.rows)

    def _marks(self, cursor: Any, tables: Iterable[str]) -> dict[str, tuple[int, ...]]:
        """How many rows there are, and what their transactions add up to: a row that is written has another one."""
        found = {}
        for table in tables:
            cursor.execute(f'SELECT {_MARK} FROM "{table}"')
            found[table] = tuple(map(int, cursor.fetchone()))
        return found

    def restore(self, connection: Any) -> None:
        """Empty the tables that were written and put the copied rows back, past triggers and foreign keys.

        A task of the live portal may stand in the way: PostgreSQL ends one of two that block each other.
        """
        for left in range(4, -1, -1):
            try:
                swept, marks = self._restore(connection)
                break
            except OperationalError as error:
                if not left or "deadlock detected" not in str(error):
                    raise
        self.marks |= marks
        with connection.cursor() as cursor:
            for table in swept:
                cursor.execute(f'VACUUM "{table}"')

    def _restore(self, connection: Any) -> tuple[list[str], dict[str, tuple[int, ...]]]:
        """One attempt, in one transaction: tables of which many rows were deleted, and the marks of those put back."""
        names = [f'"{table}"' for table in self.tables]
        with transaction.atomic(), connection.cursor() as cursor:
            # Whoever writes at this moment ends first: what it commits is deleted too.
            cursor.execute(f"LOCK TABLE {', '.join(names)} IN EXCLUSIVE MODE")
            cursor.execute("SET LOCAL session_replication_role = replica")
            now = self._marks(cursor, self.rows)
            written = [table for table in self.rows if now[table] != self.marks[table]]
            empty = [table for table in self.tables if table not in self.rows]
            cursor.execute(
                " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in empty)
            )
            swept = []
            for table in [*(table for (table,) in cursor.fetchall()), *written]:
                cursor.execute(f'DELETE FROM "{table}"')
                if cursor.rowcount > _MANY:
                    swept.append(table)
            for table in written:
                with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                    copy.write(self.rows[table])
            marks = self._marks(cursor, written)
        return swept, marks
