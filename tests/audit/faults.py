"""Faults of the ledger that tests need."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_SWITCH = "tests.no_room"


@contextmanager
def no_room_in_the_ledger() -> Iterator[None]:
    """Within the block no row can be added: as on a full disk, or without the right to."""
    with a_ledger_that_fills(), filled_ledger():
        yield


@contextmanager
def a_ledger_that_fills() -> Iterator[None]:
    """Within the block `filled_ledger` may be used any number of times: a trigger is switched, not made each time.

    Making one has the server read again what it knows of all months of the ledger.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION tests_no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF current_setting('{_SWITCH}', true) = 'on' THEN"
            " RAISE EXCEPTION 'tests: no room' USING ERRCODE = '53100'; END IF; RETURN NEW; END $$"
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


@contextmanager
def filled_ledger() -> Iterator[None]:
    """Within the block the ledger of `a_ledger_that_fills` takes no row."""
    _switch("on")
    try:
        yield
    finally:
        _switch("off")


def _switch(state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, false)", [_SWITCH, state])
