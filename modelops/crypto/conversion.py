"""Migration operations that put an existing plain column under pgcrypto, and back, while the portal runs.

    class Migration(migrations.Migration):
        atomic = False          # each batch is a transaction of its own
        dependencies = [("crypto", "0005_session_keys"), …]
        operations = [
            EncryptColumn("customer", "email", EncryptedTextField(null=True)),
            migrations.AddField("customer", "email_index", BlindIndexField(source="email")),
            FillBlindIndex("customer", "email_index"),
        ]

A second column is filled batch by batch, then the two change places. A trigger empties the second one wherever somebody
writes the first meanwhile, so that such a row is taken again. Whatever ends the migration, starting it again goes on
where it was. Afterwards every row is written once more, because PostgreSQL keeps the bytes of a dropped column in rows
that nobody touches.
"""

import time
from collections.abc import Iterator
from typing import Any

from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.operations.fields import AlterField
from django.db.migrations.state import ProjectState

from .encrypted_column import EncryptedColumn

BATCH_ROWS = 2000
LOCK_TIMEOUT_MS = 2000
LOCK_TRIES = 30


class EncryptColumn(AlterField):
    """``AlterField`` from a plain text or JSON field to an encrypted one, in batches; reversed, back."""

    category = OperationCategory.ALTERATION
    atomic = False

    def __init__(self, model_name: str, name: str, field: EncryptedColumn, *, batch_rows: int = BATCH_ROWS) -> None:
        super().__init__(model_name, name, field)
        self.batch_rows = batch_rows

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        kwargs: dict[str, Any] = {"model_name": self.model_name, "name": self.name, "field": self.field}
        if self.batch_rows != BATCH_ROWS:
            kwargs["batch_rows"] = self.batch_rows
        return self.__class__.__name__, [], kwargs

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        plain, sealed = (state.apps.get_model(app_label, self.model_name) for state in (from_state, to_state))
        if not self.allow_migrate_model(schema_editor.connection.alias, sealed):
            return
        field: Any = sealed._meta.get_field(self.name)
        swap = _Swap(schema_editor, plain._meta.get_field(self.name), field, self.batch_rows)
        swap.run(lambda value, key: f"modelops_seal_plain({value}::text, {field.prefix_sql()} || {key}::text)")

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        sealed, plain = (state.apps.get_model(app_label, self.model_name) for state in (from_state, to_state))
        if not self.allow_migrate_model(schema_editor.connection.alias, plain):
            return
        field: Any = sealed._meta.get_field(self.name)
        target = plain._meta.get_field(self.name)
        swap = _Swap(schema_editor, field, target, self.batch_rows)
        kind = target.db_type(schema_editor.connection)
        swap.run(lambda value, key: f"modelops_open({value}, {field.prefix_sql()} || {key}::text)::{kind}")

    def describe(self) -> str:
        return f"Convert {self.model_name}.{self.name} in batches"


class FillBlindIndex(Operation):
    """Computes the blind index of rows that have none, in batches; reversed it does nothing."""

    atomic = False
    reduces_to_sql = False
    reversible = True

    def __init__(self, model_name: str, name: str, *, batch_rows: int = BATCH_ROWS) -> None:
        self.model_name = model_name
        self.name = name
        self.batch_rows = batch_rows

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The state stays as it is."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        connection = schema_editor.connection
        if not self.allow_migrate_model(connection.alias, model):
            return
        index: Any = model._meta.get_field(self.name)
        source: Any = model._meta.get_field(index.source)
        rows = model._base_manager.using(connection.alias).filter(**{f"{self.name}__isnull": True})
        rows = rows.exclude(**{f"{source.name}__isnull": True}).order_by("pk").values_list("pk", source.name)
        last: Any = None
        while True:
            page = list((rows if last is None else rows.filter(pk__gt=last))[: self.batch_rows])
            if not page:
                return
            last = page[-1][0]
            found = [(pk, index.digest(text)) for pk, text in page if text]
            self._write(connection, model, index, found)

    def _write(self, connection: BaseDatabaseWrapper, model: Any, index: Any, found: list[tuple[Any, bytes]]) -> None:
        quote, meta = connection.ops.quote_name, model._meta
        table, column, key = quote(meta.db_table), quote(index.column), quote(meta.pk.column)
        if found:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"UPDATE {table} AS t SET {column} = v.digest "  # noqa: S608 (identifiers)
                    f"FROM unnest(%s::{meta.pk.rel_db_type(connection)}[], %s::bytea[]) AS v(pk, digest) "
                    f"WHERE t.{key} = v.pk AND t.{column} IS NULL",
                    [list(part) for part in zip(*found, strict=True)],
                )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Nothing: the column goes with its own operation."""

    def describe(self) -> str:
        return f"Fill {self.model_name}.{self.name} in batches"


class _Swap:
    """One column takes the place of another of the same name."""

    def __init__(self, editor: BaseDatabaseSchemaEditor, old: models.Field, new: models.Field, batch_rows: int) -> None:
        self.connection = editor.connection
        self.batch_rows = batch_rows
        quote, meta = self.connection.ops.quote_name, new.model._meta
        key: Any = meta.pk
        self.table_name, self.column_name = meta.db_table, str(new.column)
        self.table, self.column, self.key = quote(meta.db_table), quote(str(new.column)), quote(key.column)
        self.key_type = key.rel_db_type(self.connection)
        self.second_name = f"{new.column}_next"[:63]
        self.second = quote(self.second_name)
        self.trigger = quote(f"convert_{new.column}"[:63])
        self.function = quote(f"convert_{meta.db_table}_{new.column}"[:63])
        self.kind, self.old_kind = str(new.db_type(self.connection)), str(old.db_type(self.connection))
        self.null = new.null
        if self.connection.in_atomic_block:
            raise RuntimeError("A column is converted in batches, each a transaction: set atomic = False.")

    def run(self, expression: Any) -> None:
        """Fill, change places, write every row once more. ``expression(value, key)`` is SQL."""
        if self._type_of(self.column_name) != self._canonical(self.kind):
            self._prepare()
            for between, params in self._batches():
                self._fill(expression, between, params)
            self._change_places(expression)
        self._require()
        for between, params in self._batches():
            self._execute(f"UPDATE {self.table} SET {self.column} = {self.column} WHERE {between}", params)  # noqa: S608
        self._execute(f"VACUUM {self.table}")

    # --- filling ---------------------------------------------------------------------------------------------------
    def _prepare(self) -> None:
        self._locked(
            f"ALTER TABLE {self.table} ADD COLUMN IF NOT EXISTS {self.second} {self.kind}",
            f"CREATE OR REPLACE FUNCTION {self.function}() RETURNS trigger LANGUAGE plpgsql AS $function$ BEGIN "
            f"IF NEW.{self.column} IS DISTINCT FROM OLD.{self.column} THEN NEW.{self.second} := NULL; END IF; "
            "RETURN NEW; END $function$",
            f"DROP TRIGGER IF EXISTS {self.trigger} ON {self.table}",
            f"CREATE TRIGGER {self.trigger} BEFORE UPDATE ON {self.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.function}()",
        )

    def _batches(self) -> Iterator[tuple[str, list[Any]]]:
        """Conditions that take each row once, in the order of the key, so many at a time."""
        last: Any = None
        while (upto := self._upto(last)) is not None:
            yield (
                (f"{self.key} <= %s", [upto])
                if last is None
                else (f"{self.key} > %s AND {self.key} <= %s", [last, upto])
            )
            last = upto

    def _fill(self, expression: Any, where: str, params: list[Any]) -> int:
        key = f"{self.table}.{self.key}"
        return self._execute(
            f"UPDATE {self.table} SET {self.second} = {expression(f'{self.table}.{self.column}', key)} "  # noqa: S608
            f"WHERE {where} AND {self.second} IS NULL AND {self.column} IS NOT NULL",
            params,
        )

    def _upto(self, last: Any) -> Any:
        after = "" if last is None else f"WHERE {self.key} > %s "
        [[found]] = self._query(
            f"SELECT (array_agg(k ORDER BY k DESC))[1] FROM (SELECT {self.key} AS k FROM {self.table} "  # noqa: S608
            f"{after}ORDER BY {self.key} LIMIT {int(self.batch_rows)}) AS page",
            [] if last is None else [last],
        )
        return found

    # --- changing places -------------------------------------------------------------------------------------------
    def _change_places(self, expression: Any) -> None:
        tail = [f"DROP TRIGGER IF EXISTS {self.trigger} ON {self.table}", f"DROP FUNCTION {self.function}()"]
        tail += [f"ALTER TABLE {self.table} DROP COLUMN {self.column}"]
        tail += [f"ALTER TABLE {self.table} RENAME COLUMN {self.second} TO {self.column}"]
        self._fill(expression, "true", [])
        self._locked(
            f"LOCK TABLE {self.table} IN ACCESS EXCLUSIVE MODE",
            # What was written since: few rows, but the whole table is looked at (a million rows in about 0.1 s).
            f"UPDATE {self.table} SET {self.second} = "  # noqa: S608
            f"{expression(f'{self.table}.{self.column}', f'{self.table}.{self.key}')} "
            f"WHERE {self.second} IS NULL AND {self.column} IS NOT NULL",
            *tail,
        )

    def _require(self) -> None:
        if not self.null:
            # Checked without a lock on writers; SET NOT NULL then needs no look at the rows.
            complete = self.connection.ops.quote_name(f"{self.column_name}_filled"[:63])
            filled = f"{self.column} IS NOT NULL"
            self._locked(
                f"ALTER TABLE {self.table} DROP CONSTRAINT IF EXISTS {complete}",
                f"ALTER TABLE {self.table} ADD CONSTRAINT {complete} CHECK ({filled}) NOT VALID",
            )
            self._execute(f"ALTER TABLE {self.table} VALIDATE CONSTRAINT {complete}")
            self._locked(
                f"ALTER TABLE {self.table} ALTER COLUMN {self.column} SET NOT NULL",
                f"ALTER TABLE {self.table} DROP CONSTRAINT {complete}",
            )

    # --- SQL -------------------------------------------------------------------------------------------------------
    def _locked(self, *statements: str) -> None:
        """Statements in one transaction that gives up, and tries again, rather than let everybody wait for a lock."""
        from django.db import OperationalError

        for attempt in range(LOCK_TRIES):
            try:
                with transaction.atomic(using=self.connection.alias):
                    self._execute(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")
                    for statement in statements:
                        self._execute(statement)
                return
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) != "55P03" or attempt == LOCK_TRIES - 1:
                    raise
                time.sleep(1)

    def _execute(self, sql: str, params: list[Any] | None = None) -> int:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, params or [])
            return int(cursor.rowcount)

    def _query(self, sql: str, params: list[Any]) -> list[Any]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall())

    def _type_of(self, column: str) -> str:
        [[found]] = self._query(
            "SELECT format_type(atttypid, NULL) FROM pg_attribute "
            "WHERE attrelid = %s::regclass AND attname = %s AND NOT attisdropped",
            [self.table, column],
        )
        return str(found)

    def _canonical(self, kind: str) -> str:
        [[found]] = self._query("SELECT format_type(to_regtype(%s), NULL)", [kind.split("(")[0]])
        return str(found)
