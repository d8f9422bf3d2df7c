"""What still needs a key: counted field by field and column by column, from the rows themselves."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import connection

from .blind_index import BlindIndexField
from .blind_rows import count_any, count_under
from .discovery import encrypted_tables, indexed_tables
from .keyring import keyring
from .marks import column_mark, column_mark_of, mark_of, seal_mark
from .models import KeyVersion
from .protected import digests, sealed_fields
from .purposes import Purpose
from .states import KeyState

# Counting stops here: "more than 10,000" tells as much and costs the same at a million rows.
COUNTED = 10_000


@dataclass(frozen=True)
class Dependent:
    """Rows of one place under one key. ``runs_out`` says when they end where no rotation moves them."""

    label: str
    count: int
    runs_out: str = ""

    @property
    def count_words(self) -> str:
        """The count as it is told: "12" or "more than 10,000"."""
        return f"more than {COUNTED:,}" if self.count > COUNTED else f"{self.count:,}"


def in_words(found: Iterable[Dependent]) -> str:
    """ "12 rows of registry.Artifact.wrapped_key and 1 row of …"."""
    parts = [f"{one.count_words} {'row' if one.count == 1 else 'rows'} of {one.label}" for one in found]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def dependents_of(key: KeyVersion, *, in_full: bool = False) -> list[Dependent]:
    """Every place that can hold something under ``key``, with the number of its rows.

    Blind indexes name no key. They are compared, row by row, with ``in_full`` alone.
    """
    if key.state in (KeyState.PENDING, KeyState.DESTROYED):
        return []
    return list(_places(key, in_full))


def _places(key: KeyVersion, in_full: bool) -> Iterator[Dependent]:
    quote = connection.ops.quote_name
    for field in sealed_fields(Purpose(key.purpose)):
        meta = field.model_class()._meta
        column = quote(str(meta.get_field(field.field).column))  # type: ignore[union-attr]
        count = _count(quote(meta.db_table), seal_mark(column), mark_of(key))
        yield Dependent(field.label, count, field.runs_out)
    if key.purpose == Purpose.COLUMN:
        for table in encrypted_tables():
            for found in table.fields:
                count = _count(table.name, column_mark(quote(found.column)), column_mark_of(key))
                yield Dependent(f"{table.label}.{found.name}", count)
    if key.purpose == Purpose.BLIND_INDEX:
        for table in indexed_tables():
            for found in table.fields:
                yield Dependent(f"{table.label}.{found.name}", _blind(key, found, in_full))
    for kind in digests(Purpose(key.purpose)):
        count = len(kind.needing(key).order_by().values_list("pk")[: COUNTED + 1])
        yield Dependent(kind.label, count, kind.runs_out)


def _count(table: str, mark: str, value: bytes) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {mark} = %s LIMIT %s) AS found",  # noqa: S608
            [value, COUNTED + 1],
        )
        return int(cursor.fetchone()[0])


def _blind(key: KeyVersion, field: BlindIndexField, in_full: bool) -> int:
    if key.state == KeyState.ACTIVE:
        return count_any(field.model, field, COUNTED)
    return count_under(field, keyring.whatever_state(key), COUNTED) if in_full else 0
