"""The function of a watched table has its columns written into it: of whatever type, and while they are changed."""

import json
from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper

from compliance.audit.watching import tables, triggers

# A type, a value and another.
COLUMNS = {
    "flag": ("boolean", "true", "false"),
    "small": ("smallint", "-7", "0"),
    "whole": ("integer", "12", "13"),
    "large": ("bigint", "999999999999999999", "1000000000000000000"),
    "exact": ("numeric", "1.50", "12345678901234567890.1"),
    "rough": ("double precision", "0.1", "'NaN'"),
    "ident": ("uuid", "'0190163d-8694-739b-aea5-966c26f8ad90'", "NULL"),
    "day": ("date", "'2030-02-28'", "'infinity'"),
    "moment": ("timestamptz", "'2030-01-02 03:04:05.6789+02'", "'2030-01-02'"),
    "plain": ("timestamp", "'2030-01-02 03:04:05'", "NULL"),
    "span": ("interval", "'1 day 2 hours'", "'0'"),
    "said": ("text", "repeat('Ä\"', 150)", "E'a\\n\\\\ \\x01 </script> \\u2028'"),
    "short": ("varchar(9)", "''", "'null'"),
    "network": ("cidr", "'192.0.2.0/24'", "'2001:db8::/32'"),
    "document": ("jsonb", """'{"b": [1, 2.50], "a": "ü"}'""", "'null'"),
    "letters": ("text[]", "ARRAY['a', NULL, 'b\"']", "'{}'"),
    "bytes": ("bytea", "'\\x00ff'", "'\\x'"),
    "percent%s": ("text", "'100 %'", "'%s'"),
    "Quoted '\"": ("text", "'x'", "NULL"),
    "secret": ("bytea", "'\\x01'", "'\\x02'"),
    "sealed": ("jsonb", "'{}'", "NULL"),
    "hidden": ("text", "'before'", "'after'"),
}
MASKED = ("secret", "sealed", "hidden")
SHOWN = tuple(name for name in COLUMNS if name not in MASKED)
WATCHED = triggers.Watched("tests_types", "tests.types", "id", SHOWN, MASKED, ("ident",), ("tests.types",))
NAMES = ", ".join('"' + name.replace('"', '""') + '"' for name in COLUMNS)


@pytest.fixture
def cursor(db: None) -> Iterator[CursorWrapper]:
    with connection.cursor() as cursor:
        columns = ", ".join(
            f"{name} {kind}" for name, (kind, _, _) in zip(NAMES.split(", "), COLUMNS.values(), strict=True)
        )
        cursor.execute(f"CREATE TABLE tests_types (id integer PRIMARY KEY, {columns})")
        triggers._put(cursor, WATCHED)
        yield cursor


def told(cursor: CursorWrapper) -> list[tuple[str, str, str, list[str]]]:
    """Operation, count, words and whom they are about, of what waits to be told."""
    cursor.execute(
        "SELECT operation, count, rows, about FROM audit_watching_pending WHERE model = 'tests.types' ORDER BY id"
    )
    found = [
        (operation, count, rows, sorted(set(about) - {None})) for operation, count, rows, about in cursor.fetchall()
    ]
    cursor.execute("DELETE FROM audit_watching_pending WHERE model = 'tests.types'")
    return found


def changes(cursor: CursorWrapper) -> list[tuple[str, str, str, list[str]]]:
    """What is told of a row that is added, changed in each of its columns, not changed, emptied and removed."""
    first = ", ".join(value for _, value, _ in COLUMNS.values())
    other = ", ".join(value for _, _, value in COLUMNS.values())
    nothing = ", ".join("NULL" for _ in COLUMNS)
    for statement in (
        f"INSERT INTO tests_types VALUES (7, {first})",
        *(f"UPDATE tests_types SET ({NAMES}) = ROW({values})" for values in (other, other, nothing, nothing, first)),
        "UPDATE tests_types SET id = 8",
        "DELETE FROM tests_types",
        f"INSERT INTO tests_types VALUES (9, {nothing})",
        "DELETE FROM tests_types",
        "DELETE FROM tests_types",
    ):
        cursor.execute(statement)
    return told(cursor)


def test_every_type_is_told_in_the_words_of_the_general_way(cursor: CursorWrapper) -> None:
    """S4-93: letter for letter, before and after, of values that are shown and of those that are not."""
    quick = changes(cursor)
    triggers.know_no_table(cursor)
    assert quick == changes(cursor)
    assert [operation for operation, *_ in quick] == [
        "insert", "update", "update", "update", "update", "delete", "insert", "delete",
    ]  # fmt: skip
    assert set(json.loads(quick[0][2])[0]["changes"]) == set(SHOWN)
    assert set(json.loads(quick[1][2])[0]["changes"]) == set(COLUMNS)


def test_a_migration_may_change_what_is_watched(cursor: CursorWrapper) -> None:
    """S4-93: between its beginning and its end the functions know no columns; they do again afterwards."""
    name = tables.name_of("tests_types")
    triggers.know_no_table(cursor)
    cursor.execute("ALTER TABLE tests_types DROP COLUMN flag, ALTER COLUMN whole TYPE text")
    for number in (1, 2):
        cursor.execute("INSERT INTO tests_types (id, whole) VALUES (%s, 'text now')", [number])
        [(_, count, rows, _)] = told(cursor)
        assert (count, json.loads(rows)) == (1, [{"id": str(number), "changes": {"whole": [None, "text now"]}}])
        triggers._put(cursor, WATCHED)  # as after one that went back: a column that is declared is not there
    changed = triggers.install(cursor)
    assert "registry_modelversion" in changed
    assert name not in triggers._bodies(cursor)
    assert triggers.install(cursor) == []


def test_names_of_functions_have_room() -> None:
    """S4-93: PostgreSQL cuts a name off after 63 bytes; two tables would have one function."""
    long = "t" * 60
    assert len(tables.name_of(long)) == 63
    assert tables.name_of(long) != tables.name_of(long + "2")
    assert tables.name_of("accounts_user") == "audit_watch_of_accounts_user"
