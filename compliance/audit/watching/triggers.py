"""The triggers on watched tables: three for each, one a kind of change, and one for emptying; and their functions."""

from collections.abc import Mapping
from typing import Final

from django.db.backends.utils import CursorWrapper
from psycopg import sql

from . import declarations, row_functions
from .tables import OF_TABLE, Watched, model_of, name_of, resolve

__all__ = ["Watched", "install", "know_no_table", "model_of", "resolve"]

PREFIX: Final = "audit_watch_"
_REFERENCING: Final = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "REFERENCING OLD TABLE AS old_rows",
}


def install(cursor: CursorWrapper) -> list[str]:
    """Bring triggers and functions in step with the declarations and the tables; the tables that needed it."""
    declared = [resolve(watch) for watch in declarations.watches.values()]
    # After `migrate APP`, forwards or back, the tables of others may not be there yet, or no longer.
    types = _types(cursor, [watched.table for watched in declared])
    wanted = {watched.table: watched for watched in declared if watched.table in types}
    cursor.execute(
        "SELECT c.relname, t.tgname, coalesce(obj_description(t.oid, 'pg_trigger'), '')"
        " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal AND starts_with(t.tgname, %s)"
        " AND c.relname <> 'audit_watching_pending'",
        [PREFIX],
    )
    present: dict[str, dict[str, str]] = {}
    for table, trigger, mark in cursor.fetchall():
        present.setdefault(table, {})[trigger] = mark
    bodies, general = _bodies(cursor), _general(cursor)
    changed = []
    for table, watched in wanted.items():
        text = row_functions.body(watched, types[table], general)
        is_other = bodies.pop(name_of(table), None) != text
        if is_other:
            _put_function(cursor, table, text)
        names = {PREFIX + operation: watched.mark for operation in (*_REFERENCING, "truncate")}
        if present.get(table) != names:
            _put_triggers(cursor, watched)
        if is_other or present.get(table) != names:
            changed.append(table)
    for table in present.keys() - wanted.keys():
        for trigger in present[table]:
            _run(cursor, "DROP TRIGGER {trigger} ON {table}", trigger=trigger, table=table)
        changed.append(table)
    for function in bodies:  # of tables that are watched no more, or are gone
        _run(cursor, "DROP FUNCTION {function}()", function=function)
    return changed


def know_no_table(cursor: CursorWrapper) -> None:
    """Have the functions read rows whatever columns they have: a migration is about to change the tables."""
    general = _general(cursor)
    schema = _schema(cursor)
    for function in _bodies(cursor):
        cursor.execute(row_functions.create(function, general, schema))


def _put(cursor: CursorWrapper, watched: Watched) -> None:
    types = _types(cursor, [watched.table])[watched.table]
    _put_function(cursor, watched.table, row_functions.body(watched, types, _general(cursor)))
    _put_triggers(cursor, watched)


def _put_function(cursor: CursorWrapper, table: str, text: str) -> None:
    cursor.execute(row_functions.create(name_of(table), text, _schema(cursor)))


def _put_triggers(cursor: CursorWrapper, watched: Watched) -> None:
    arguments = sql.SQL(", ").join(sql.Literal(argument) for argument in watched.arguments)
    for operation in (*_REFERENCING, "truncate"):
        when = "BEFORE" if operation == "truncate" else "AFTER"
        function = "audit_watch_truncate" if operation == "truncate" else watched.function
        statement = (
            f"CREATE OR REPLACE TRIGGER {PREFIX}{operation} {when} {operation.upper()} ON {{table}}"
            f" {_REFERENCING.get(operation, '')} FOR EACH STATEMENT EXECUTE FUNCTION {{function}}("
        )
        names = {"table": sql.Identifier(watched.table), "function": sql.Identifier(function)}
        cursor.execute(sql.SQL(statement).format(**names) + arguments + sql.SQL(")"))
        comment = f"COMMENT ON TRIGGER {PREFIX}{operation} ON {{table}} IS {{mark}}"
        cursor.execute(sql.SQL(comment).format(table=names["table"], mark=sql.Literal(watched.mark)))


def _bodies(cursor: CursorWrapper) -> dict[str, str]:
    """The functions of watched tables, as they are."""
    cursor.execute(
        "SELECT proname, prosrc FROM pg_proc"
        " WHERE pronamespace = current_schema()::regnamespace AND starts_with(proname, %s)",
        [OF_TABLE],
    )
    return dict(cursor.fetchall())


def _general(cursor: CursorWrapper) -> str:
    cursor.execute("SELECT prosrc FROM pg_proc WHERE oid = 'audit_watch_rows()'::regprocedure")
    return str(cursor.fetchone()[0])


def _types(cursor: CursorWrapper, tables: list[str]) -> Mapping[str, dict[str, str]]:
    """The types of the columns of each table."""
    cursor.execute(
        "SELECT c.relname, a.attname, a.atttypid::regtype::text"
        " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(%s)"
        " AND a.attnum > 0 AND NOT a.attisdropped",
        [tables],
    )
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in cursor.fetchall():
        found.setdefault(table, {})[column] = kind
    return found


def _schema(cursor: CursorWrapper) -> str:
    cursor.execute("SELECT current_schema()")
    return str(cursor.fetchone()[0])


def _run(cursor: CursorWrapper, statement: str, **names: str) -> None:
    cursor.execute(sql.SQL(statement).format(**{key: sql.Identifier(name) for key, name in names.items()}))
