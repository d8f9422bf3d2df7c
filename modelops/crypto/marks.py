"""How the database tells under which key a stored value is: by its first bytes, which an index answers.

A sealed field begins with one byte of format and the 16 bytes of the key's id; an encrypted column with one byte of
format and four of the key's version. Both expressions have an index on every protected column (`ensure_indexes`), so
that "how many rows need this key" and "which rows are not moved yet" are quick at a million rows.
"""

import hashlib
from collections.abc import Iterator

from django.db import connection

from .discovery import encrypted_tables
from .models import KeyVersion
from .protected import sealed_fields

COLUMN_FORMAT = b"\x01"


def seal_mark(column: str) -> str:
    """SQL for the id of the key that a sealed field names; ``column`` is quoted."""
    return f"substring({column} from 2 for 16)"


def column_mark(column: str) -> str:
    """SQL for format and key version of an encrypted column; ``column`` is quoted."""
    return f"substring({column} from 1 for 5)"


def mark_of(key: KeyVersion) -> bytes:
    """What `seal_mark` gives for values under ``key``."""
    return key.pk.bytes


def column_mark_of(key: KeyVersion) -> bytes:
    """What `column_mark` gives for values under ``key``."""
    return COLUMN_FORMAT + key.version.to_bytes(4, "big")


def _wanted() -> Iterator[tuple[str, str, str]]:
    quote = connection.ops.quote_name
    for field in sealed_fields():
        meta = field.model_class()._meta
        column = str(meta.get_field(field.field).column)  # type: ignore[union-attr]
        yield meta.db_table, column, seal_mark(quote(column))
    for table in encrypted_tables():
        for found in table.fields:
            yield table.model._meta.db_table, found.column, column_mark(quote(found.column))


def index_name(table: str, column: str) -> str:
    """Name of the index on the mark of a column."""
    digest = hashlib.sha256(f"{table}.{column}".encode()).hexdigest()[:12]
    return f"key_mark_{digest}"


def ensure_indexes(**kwargs: object) -> list[str]:
    """Make the missing indexes; returns their names. Runs after every migration, so no new column can be forgotten."""
    wanted = {index_name(table, column): (table, column, mark) for table, column, mark in _wanted()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname = ANY(%s)", [list(wanted)])
        present = {name for (name,) in cursor.fetchall()}
        # After `migrate APP`, forwards or back, tables and columns of models may not be there yet, or no longer.
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
        )
        there = set(cursor.fetchall())
        made = []
        for name, (table, column, mark) in wanted.items():
            if name not in present and (table, column) in there:
                cursor.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {connection.ops.quote_name(table)} (({mark}))")
                made.append(name)
    return made
