"""The rows that migrations and set-up leave in a new database, put back after tests that commit.

Such tests leave rows behind, and may change the groups, permissions and ring keys that every other test needs. A flush
of all tables takes a second or two; most tables are empty anyway, and deleting a few rows takes milliseconds.
"""

from typing import Any

from django.db import OperationalError, transaction

# The throw-away server has no autovacuum: what is left of many deleted rows is swept at once.
_MANY = 5_000


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

    def restore(self, connection: Any) -> None:
        """Empty all tables and put the copied rows back, past triggers and foreign keys.

        A task of the live portal may stand in the way: PostgreSQL ends one of two that block each other.
        """
        for left in range(4, -1, -1):
            try:
                swept = self._restore(connection)
                break
            except OperationalError as error:
                if not left or "deadlock detected" not in str(error):
                    raise
        with connection.cursor() as cursor:
            for table in swept:
                cursor.execute(f'VACUUM "{table}"')

    def _restore(self, connection: Any) -> list[str]:
        """One attempt, in one transaction; the tables of which many rows were deleted."""
        names = [f'"{table}"' for table in self.tables]
        with transaction.atomic(), connection.cursor() as cursor:
            # Whoever writes at this moment ends first: what it commits is deleted too.
            cursor.execute(f"LOCK TABLE {', '.join(names)} IN EXCLUSIVE MODE")
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(
                " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in self.tables)
            )
            swept = []
            for (table,) in cursor.fetchall():
                cursor.execute(f'DELETE FROM "{table}"')
                if cursor.rowcount > _MANY:
                    swept.append(table)
            for table, content in self.rows.items():
                with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                    copy.write(content)
        return swept
