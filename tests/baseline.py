"""The rows that migrations and set-up leave in a new database, put back after tests that commit.

Such tests end with all tables emptied, which also takes groups, permissions and ring keys that every other test needs.
"""

from typing import Any


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
        """Empty all tables and put the copied rows back, past triggers and foreign keys."""
        with connection.cursor() as cursor:
            names = ", ".join(f'"{table}"' for table in self.tables)
            cursor.execute(f"TRUNCATE {names} CASCADE")
            cursor.execute("SET session_replication_role = replica")
            try:
                for table, content in self.rows.items():
                    with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                        copy.write(content)
            finally:
                cursor.execute("SET session_replication_role = DEFAULT")
