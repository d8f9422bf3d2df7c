"""The triggers on watched tables: three for each, one a kind of change, and one for emptying."""

import hashlib
from dataclasses import dataclass
from typing import Final

from django.apps import apps
from django.db import connections, models
from django.db.backends.utils import CursorWrapper
from psycopg import sql

from . import declarations
from .declarations import Undeclarable, Watch

PREFIX: Final = "audit_watch_"
_REFERENCING: Final = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "REFERENCING OLD TABLE AS old_rows",
}


@dataclass(frozen=True)
class Watched:
    """A declaration with the names that the database uses."""

    table: str
    label: str
    key: str
    shown: tuple[str, ...]
    masked: tuple[str, ...]
    parents: tuple[str, ...]
    counts: tuple[str, ...]

    @property
    def arguments(self) -> list[str]:
        """What the trigger's function is given."""
        return [
            self.label,
            self.key,
            *(",".join(part) for part in (self.shown, self.masked, self.parents, self.counts)),
            ",".join(sorted([*self.shown, *(f"*{name}" for name in self.masked)], key=lambda name: name.lstrip("*"))),
        ]

    @property
    def mark(self) -> str:
        """Stands as the comment of each trigger, so that one that is as declared is left alone."""
        return "watched " + hashlib.sha256("\n".join(self.arguments).encode()).hexdigest()[:16]


def model_of(label: str) -> type[models.Model]:
    """The model of a label; "accounts.User.groups" is the table behind a many-to-many field."""
    if label.count(".") == 2:
        model, _, field = label.rpartition(".")
        through: type[models.Model] = apps.get_model(model)._meta.get_field(field).remote_field.through
        return through
    return apps.get_model(label)


def resolve(watch: Watch) -> Watched:
    """The declaration in terms of the database. Refuses a column that the model does not have."""
    model = model_of(watch.label)
    fields = {field.name: field for field in model._meta.local_concrete_fields}
    fields |= {field.attname: field for field in model._meta.local_concrete_fields}
    if unknown := [name for name in (*watch.shown, *watch.masked) if name not in fields]:
        raise Undeclarable(f"{watch.label} has no column {', '.join(unknown)}.")
    parents = [field for field in model._meta.local_concrete_fields if field.related_model is not None]
    about = [model._meta.label_lower, *(str(field.related_model._meta.label_lower) for field in parents)]  # type: ignore[union-attr]
    return Watched(
        table=model._meta.db_table,
        label=model._meta.label_lower,
        key=str(model._meta.pk.column),
        shown=tuple(str(fields[name].column) for name in watch.shown),
        masked=tuple(str(fields[name].column) for name in watch.masked),
        parents=tuple(str(field.column) for field in parents),
        counts=tuple(dict.fromkeys([*about, *(label.lower() for label in watch.recorded_about)])),
    )


def install(cursor: CursorWrapper) -> list[str]:
    """Bring the triggers in step with the declarations; the tables that needed it."""
    # After `migrate APP`, forwards or back, the tables of others may not be there yet, or no longer.
    there = set(connections[cursor.db.alias].introspection.table_names(cursor))
    declared = map(resolve, declarations.watches.values())
    wanted = {watched.table: watched for watched in declared if watched.table in there}
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
    changed = []
    for table, watched in wanted.items():
        names = {PREFIX + operation: watched.mark for operation in (*_REFERENCING, "truncate")}
        if present.get(table) != names:
            _put(cursor, watched)
            changed.append(table)
    for table in present.keys() - wanted.keys():
        for trigger in present[table]:
            _run(cursor, "DROP TRIGGER {trigger} ON {table}", trigger=trigger, table=table)
        changed.append(table)
    return changed


def _put(cursor: CursorWrapper, watched: Watched) -> None:
    arguments = sql.SQL(", ").join(sql.Literal(argument) for argument in watched.arguments)
    for operation in (*_REFERENCING, "truncate"):
        when = "BEFORE" if operation == "truncate" else "AFTER"
        function = "audit_watch_truncate" if operation == "truncate" else "audit_watch_rows"
        statement = (
            f"CREATE OR REPLACE TRIGGER {PREFIX}{operation} {when} {operation.upper()} ON {{table}}"
            f" {_REFERENCING.get(operation, '')} FOR EACH STATEMENT EXECUTE FUNCTION {function}("
        )
        table = sql.Identifier(watched.table)
        cursor.execute(sql.SQL(statement).format(table=table) + arguments + sql.SQL(")"))
        comment = f"COMMENT ON TRIGGER {PREFIX}{operation} ON {{table}} IS {{mark}}"
        cursor.execute(sql.SQL(comment).format(table=table, mark=sql.Literal(watched.mark)))


def _run(cursor: CursorWrapper, statement: str, **names: str) -> None:
    cursor.execute(sql.SQL(statement).format(**{key: sql.Identifier(name) for key, name in names.items()}))
