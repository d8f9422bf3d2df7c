"""The database backend: times as they are, and no connection that its server has left."""

import datetime as dt
import select
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import connection

from modelops.postgresql.base import require_alive

pytestmark = pytest.mark.django_db


def test_times_come_in_utc() -> None:
    """To the microsecond, of any zone, in rows and in ranges; none stays none."""
    moment = dt.datetime(2026, 3, 29, 1, 59, 59, 999_999, tzinfo=ZoneInfo("Europe/Berlin"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz, NULL::timestamptz, tstzrange(%s, NULL)", [moment, moment])
        found, nothing, span = cursor.fetchone()
        assert connection.timezone_name == "UTC"
    assert found == moment == span.lower
    assert found.tzinfo is dt.UTC
    assert nothing is None


def test_a_connection_that_its_server_left_is_found_when_it_is_taken() -> None:
    """S0-03: after a restart of PostgreSQL the next request gets a connection that works."""
    wanted = {name: value for name, value in connection.get_connection_params().items() if name != "context"}
    own = psycopg.connect(**wanted, autocommit=True)
    try:
        require_alive(own)
        assert own.execute("SELECT 1").fetchone() == (1,)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [own.info.backend_pid])
        ended = select.poll()
        ended.register(own.pgconn.socket, select.POLLIN)
        assert ended.poll(60_000)
        with pytest.raises(psycopg.OperationalError):
            require_alive(own)
    finally:
        own.close()


def test_what_is_asked_often_is_prepared() -> None:
    """The values still travel as parameters, and are in no statement that the server keeps."""
    with connection.cursor() as cursor:
        for number in range(7):
            cursor.execute("SELECT %s::text AS canary_of_this_test", [f"value-{number}"])
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%%canary_of_this_test%%'")
        statements = [statement for (statement,) in cursor.fetchall()]
    assert any("$1" in statement for statement in statements)
    assert not any("value-" in statement for statement in statements)
