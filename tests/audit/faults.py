"""Faults of the ledger that tests need."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def no_room_in_the_ledger() -> Iterator[None]:
    """Within the block no row can be added: as on a full disk, or without the right to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION tests_no_room() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'tests: no room' USING ERRCODE = '53100'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER tests_no_room BEFORE INSERT ON audit_auditevent"
            " FOR EACH ROW EXECUTE FUNCTION tests_no_room()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER tests_no_room ON audit_auditevent")
            cursor.execute("DROP FUNCTION tests_no_room()")
