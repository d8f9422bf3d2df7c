"""A plain column goes under pgcrypto in batches, while it is used, and goes on after any end."""

import os
import random
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.exceptions import FieldError
from django.db import DatabaseError, InterfaceError, connections, migrations, models
from django.db.migrations.state import ProjectState

from modelops.crypto.blind_index import BlindIndexField
from modelops.crypto.columns import EncryptedJSONField, EncryptedTextField
from modelops.crypto.conversion import EncryptColumn, FillBlindIndex
from modelops.lib.ids import uuid7

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(60)]
ROWS = 1200
CONVERT = [
    EncryptColumn("customer", "email", EncryptedTextField(null=True), batch_rows=100),
    EncryptColumn("customer", "notes", EncryptedJSONField(default=dict), batch_rows=500),
    migrations.AddField("customer", "email_index", BlindIndexField(source="email")),
    FillBlindIndex("customer", "email_index", batch_rows=500),
]


def session() -> psycopg.Connection[Any]:
    """Somebody else on the test database."""
    found = connections["default"].settings_dict
    names = {"NAME": "dbname", "HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
    return psycopg.connect(**{name: found[key] for key, name in names.items() if found[key]}, autocommit=True)


class Table:
    """A table of customers on a connection that commits, and the state of its migrations."""

    def __init__(self) -> None:
        # A test's own connection is inside a transaction, and a conversion commits each batch.
        self.connection = connections["default"].copy("conversion")
        self.connection.settings_dict["OPTIONS"].pop("pool", None)
        connections["conversion"] = self.connection
        self.state = ProjectState()
        fields = [
            ("id", models.UUIDField(primary_key=True, default=uuid7)),
            ("ward", models.CharField(max_length=20, default="")),
            ("email", models.CharField(max_length=200, null=True, db_index=True)),
            ("notes", models.JSONField(default=dict)),
        ]
        self.run(migrations.CreateModel("Customer", fields))
        rows = self.model(self.state).objects.using("conversion")
        made = [rows.model(email=f"canary{n}@example.org" if n % 7 else None, notes={"n": n}) for n in range(ROWS)]
        rows.bulk_create(made, batch_size=1000)

    def model(self, state: ProjectState) -> Any:
        return state.apps.get_model("tests", "customer")

    def run(self, operation: Any) -> None:
        after = self.state.clone()
        operation.state_forwards("tests", after)
        with self.connection.schema_editor(atomic=False) as editor:
            operation.database_forwards("tests", editor, self.state, after)
        self.state = after

    def back(self, operation: Any, before: ProjectState) -> None:
        with self.connection.schema_editor(atomic=False) as editor:
            operation.database_backwards("tests", editor, self.state, before)
        self.state = before

    @property
    def rows(self) -> Any:
        return self.model(self.state).objects.using("conversion")

    def sql(self, sql: str) -> Any:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def columns(self) -> dict[str, str]:
        return dict(
            self.sql(
                "SELECT attname, format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END "
                "FROM pg_attribute WHERE attrelid = 'tests_customer'::regclass AND attnum > 0 AND NOT attisdropped"
            )
        )

    def assert_all_there(self) -> None:
        found = list(self.rows.order_by("pk").values_list("email", "notes"))
        assert found == [(f"canary{n}@example.org" if n % 7 else None, {"n": n}) for n in range(ROWS)]


@pytest.fixture
def table() -> Iterator[Table]:
    found = Table()
    try:
        yield found
    finally:
        found.connection.close()
        with found.connection.cursor() as cursor:
            cursor.execute(
                "DROP TABLE IF EXISTS tests_customer; DROP FUNCTION IF EXISTS convert_tests_customer_email()"
            )
        found.connection.close()
        del connections["conversion"]


def test_a_column_is_converted_and_back(table: Table) -> None:
    """S3-09: nothing is lost, nothing of the plain text is left in rows, the index finds, and it can be undone."""
    states = []
    for operation in CONVERT:
        states.append(table.state)
        table.run(operation)
    assert table.columns() == {
        "id": "uuid not null",
        "ward": "character varying(20) not null",
        "email": "bytea",
        "notes": "bytea not null",
        "email_index": "bytea",
    }
    table.assert_all_there()
    assert table.rows.get(email_index="Canary5@example.org").notes == {"n": 5}
    assert table.rows.filter(email_index=None).count() == table.rows.filter(email=None).count() > 0
    [[row]] = table.sql("SELECT string_agg(t::text, '') FROM tests_customer t")
    assert "canary" not in row
    assert b"canary".hex() not in row
    assert table.sql("SELECT tgname FROM pg_trigger WHERE tgrelid = 'tests_customer'::regclass") == []
    for operation, before in reversed(list(zip(CONVERT, states, strict=True))):
        table.back(operation, before)
    assert table.columns()["email"] == "character varying(200)"
    assert table.columns()["notes"] == "jsonb not null"
    table.assert_all_there()
    assert table.rows.filter(email="canary5@example.org").exists()


def test_a_conversion_goes_on_after_any_end(table: Table) -> None:
    """S3-09: its session is ended before some statement, as a kill of the process or of the server does."""
    ends = int(os.environ.get("PORTAL_TEST_KILLS", "6"))
    before, interrupted = table.state, 0
    chance = random.Random(ends)  # noqa: S311
    for _ in range(ends):
        table.state = before
        try:
            with table.connection.execute_wrapper(Ending(chance.randrange(2, 40))):
                table.run(CONVERT[0])
        except (DatabaseError, InterfaceError):
            interrupted += 1
        table.connection.close()
    table.state = before
    table.run(CONVERT[0])
    assert interrupted == ends
    assert table.columns()["email"] == "bytea"
    table.assert_all_there()


class Ending:
    """Ends the session before its statement number ``number``."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        self.left -= 1
        if self.left == 0:
            pid = context["connection"].connection.info.backend_pid
            with session() as killer:
                killer.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        return execute(sql, params, many, context)


def test_writes_go_on_during_a_conversion_and_are_kept(table: Table) -> None:
    """S3-09: a writer never waits a second, and what it writes is what is converted."""
    keys = list(table.rows.order_by("pk").values_list("pk", flat=True)[1:ROWS:100])
    written: dict[Any, str] = {}
    waits: list[float] = []
    begun, stop = threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        with session() as own:
            while not stop.is_set():
                number += 1
                key, text = keys[number % len(keys)], f"changed{number}@example.org"
                started = time.perf_counter()
                try:
                    own.execute("UPDATE tests_customer SET email = %s::varchar WHERE id = %s", [text, key])
                except psycopg.Error:
                    break  # the column has become bytea: this writer is of the older release
                waits.append(time.perf_counter() - started)
                written[key] = text
                begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert begun.wait(10)
    table.run(EncryptColumn("customer", "email", EncryptedTextField(null=True), batch_rows=100))
    stop.set()
    writer.join()
    assert len(written) > 1
    assert max(waits) < 1
    found = dict(table.rows.filter(pk__in=written).values_list("pk", "email"))
    assert found == written
    untouched = table.rows.exclude(pk__in=written).exclude(email=None)
    assert all(email.startswith("canary") for email in untouched.values_list("email", flat=True))


def test_a_conversion_inside_a_transaction_is_refused(table: Table) -> None:
    after = table.state.clone()
    CONVERT[0].state_forwards("tests", after)
    with pytest.raises(RuntimeError, match="atomic = False"), table.connection.schema_editor(atomic=True) as editor:
        CONVERT[0].database_forwards("tests", editor, table.state, after)


def test_the_operations_can_be_written_to_a_migration() -> None:
    from django.db.migrations.writer import MigrationWriter

    migration = type("Migration", (migrations.Migration,), {"operations": CONVERT, "dependencies": []})
    text = MigrationWriter(migration("0001_convert", "tests")).as_string()
    assert "EncryptColumn(" in text
    assert "batch_rows=100" in text
    compile(text, "0001_convert.py", "exec")


def test_the_plain_lookups_end_with_the_conversion(table: Table) -> None:
    table.run(CONVERT[0])
    with pytest.raises(FieldError, match="encrypted"):
        table.rows.filter(email="canary5@example.org").exists()
