"""Statements past the cursor: the same rows, errors and transactions as with one."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)
from django.test.utils import CaptureQueriesContext

from modelops.lib.quick_statements import _NOT_YET, QuickStatement, together

pytestmark = pytest.mark.django_db(transaction=True)
VALUES = (
    uuid.UUID(int=7), dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC), "te'xt %s €", 3, 2**40, Decimal("1.50"), True, None,
    b"\x00\xff",
)  # fmt: skip


def often(sql: str) -> QuickStatement:
    """A statement that was asked often enough."""
    statement = QuickStatement(sql)
    statement._uses = _NOT_YET
    return statement


def by_cursor(sql: str, values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def done(sql: str) -> None:
    """Something that gives no rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture(autouse=True)
def _anew(transactional_db: None) -> Any:
    """A connection of its own, where nothing is prepared, and the tables of a test are gone with it."""
    connection.close()
    connection.close_pool()
    yield
    connection.close()
    connection.close_pool()


@pytest.mark.parametrize("values", [VALUES, VALUES[::-1]])
def test_rows_are_those_of_a_cursor(values: Any) -> None:
    """S0-38: values and types, with arrays, JSON, ranges, a sign of percent and nothing."""
    sql = (
        f"SELECT {', '.join('%s' for _ in values)}, ARRAY['a', NULL], '{{\"a\": [1]}}'::jsonb, '5%%',"
        " tstzrange('2026-01-01 00:00+00', NULL), interval '1 day', 1.5::float8, '198.51.100.7'::inet"
    )
    found = often(sql).rows(connection, list(values))
    assert found == by_cursor(sql, values)
    assert found is not None
    assert [type(one) for one in found[0]] == [type(one) for one in by_cursor(sql, values)[0]]
    assert often("SELECT 1 WHERE %s > 1").rows(connection, [0]) == []


def test_other_types_of_values_are_another_statement() -> None:
    """A number after a text, and a large one after a small."""
    statement = often("SELECT %s")
    for value in ("a", 1, 2**40, None, uuid.UUID(int=1), "b"):
        assert statement.rows(connection, [value]) == by_cursor("SELECT %s", [value])


def test_the_first_uses_and_what_needs_keys_go_the_ordinary_way() -> None:
    statement = QuickStatement("SELECT 1")
    assert [statement.rows(connection, []) for _ in range(_NOT_YET + 1)] == [None] * _NOT_YET + [[(1,)]]
    assert [QuickStatement("SELECT 1").asked([]) for _ in range(_NOT_YET + 2)] == [[(1,)]] * (_NOT_YET + 2)
    assert often("SELECT modelops_open('\\x00')").rows(connection, []) is None


def test_who_counts_or_wraps_statements_is_told_of_it() -> None:
    statement = often("SELECT 1")
    with CaptureQueriesContext(connection):
        assert statement.rows(connection, []) is None
    with connection.execute_wrapper(lambda execute, *asked: execute(*asked)):
        assert statement.rows(connection, []) is None


def test_errors_are_those_of_a_cursor() -> None:
    with pytest.raises(DataError) as quick:
        often("SELECT 1 / %s").rows(connection, [0])
    with pytest.raises(DataError) as usual:
        by_cursor("SELECT 1 / %s", [0])
    assert str(quick.value) == str(usual.value)
    assert quick.value.__cause__.sqlstate == usual.value.__cause__.sqlstate  # type: ignore[union-attr]
    done("CREATE TEMP TABLE nowhere AS SELECT 1 AS nothing")
    statement = often("SELECT nothing FROM nowhere")
    connection.connection.pgconn.exec_(b"DROP TABLE nowhere")
    with pytest.raises(ProgrammingError):
        statement.rows(connection, [])
    assert often("SELECT 1").rows(connection, []) == [(1,)]


def state() -> psycopg.pq.TransactionStatus:
    return connection.connection.info.transaction_status


def test_a_transaction_begins_with_its_first_statement() -> None:
    """A lock that was taken outside of it would be gone at once; both are one way to the server and back."""
    statement = often("SELECT pg_current_xact_id()::text::bigint, %s")
    with transaction.atomic():
        assert state() == psycopg.pq.TransactionStatus.IDLE
        [(first, _)] = statement.rows(connection, ["a"]) or []
        assert state() == psycopg.pq.TransactionStatus.INTRANS
        [(second, _)] = statement.rows(connection, ["b"]) or []
        [(third,)] = by_cursor("SELECT pg_current_xact_id()::text::bigint", [])
        assert first == second == third
    assert state() == psycopg.pq.TransactionStatus.IDLE
    [(other, _)] = statement.rows(connection, ["a"]) or []
    assert other != first


def test_a_transaction_ends_with_its_last_statement() -> None:
    """What was written is there; one that is refused takes everything back."""
    done("CREATE TEMP TABLE ended (id int PRIMARY KEY)")
    statement = often("INSERT INTO ended (id) VALUES (%s)")
    connection.set_autocommit(False)
    assert together(connection, [(statement, [10])], commits=True) == [[]]
    assert state() == psycopg.pq.TransactionStatus.IDLE
    connection.rollback()
    assert together(connection, [(statement, [11])], commits=True) == [[]]
    with pytest.raises(IntegrityError):
        together(connection, [(statement, [11])], commits=True)
    connection.rollback()
    connection.set_autocommit(True)
    assert by_cursor("SELECT id FROM ended ORDER BY id", []) == [(10,), (11,)]


def test_several_statements_are_one_exchange() -> None:
    """The rows of each, in their order; one that is refused ends them, and they are one transaction."""
    done("CREATE TEMP TABLE several (id int PRIMARY KEY)")
    add, count = often("INSERT INTO several (id) VALUES (%s)"), often("SELECT count(*) FROM several WHERE id > %s")
    assert together(connection, [(add, [1]), (count, [0]), (add, [2]), (count, [0])]) == [[], [(1,)], [], [(2,)]]
    with pytest.raises(IntegrityError):
        together(connection, [(add, [3]), (add, [1]), (add, [4])])
    assert count.asked([0]) == [(2,)]
    with transaction.atomic():
        assert together(connection, [(add, [3]), (count, [0])]) == [[], [(3,)]]
        assert together(connection, [(add, [4]), (count, [0])]) == [[], [(4,)]]
        transaction.set_rollback(True)
    assert count.asked([0]) == [(2,)]
    assert together(connection, [(count, [0]), (QuickStatement("SELECT 1"), [])]) is None


def test_what_is_refused_within_a_transaction_ends_it() -> None:
    """As with a cursor: nothing more is asked before it is taken back, and a savepoint takes back its part alone."""
    done("CREATE TEMP TABLE refused (id int PRIMARY KEY)")
    statement = often("INSERT INTO refused (id) VALUES (%s)")
    with transaction.atomic():
        assert statement.rows(connection, [0]) == []
        with pytest.raises(IntegrityError), transaction.atomic():
            statement.rows(connection, [0])
        assert statement.asked([20]) == []
    assert by_cursor("SELECT id FROM refused ORDER BY id", []) == [(0,), (20,)]
    with transaction.atomic():
        with pytest.raises(DataError):
            often("SELECT 1 / %s").rows(connection, [0])
        with pytest.raises(DatabaseError):
            by_cursor("SELECT 1", [])
        transaction.set_rollback(True)
    assert by_cursor("SELECT 1", []) == [(1,)]


def test_long_values_go_and_come_in_one_exchange() -> None:
    """More than a socket takes at once, in both directions."""
    statement = often("SELECT %s::bytea || %s::bytea")
    long = bytes(range(256)) * 40_000
    with transaction.atomic():
        assert statement.rows(connection, [long, long]) == [(long + long,)]
        assert state() == psycopg.pq.TransactionStatus.INTRANS


def test_a_server_that_goes_away_amid_an_exchange_is_an_error() -> None:
    """S0-03: the connection is closed, and the next request finds another one."""
    statement = often("SELECT pg_terminate_backend(%s)")
    with pytest.raises(OperationalError), transaction.atomic():
        statement.rows(connection, [connection.connection.info.backend_pid])
    connection.close()
    assert by_cursor("SELECT 1", []) == [(1,)]


def test_a_transaction_that_was_rolled_back_costs_no_answer() -> None:
    """After one, psycopg lets the server forget everything that it prepared."""
    statement = often("SELECT 1")
    for _ in range(3):
        assert statement.rows(connection, []) == [(1,)]
        with transaction.atomic():
            by_cursor("SELECT 1", [])
            transaction.set_rollback(True)
        by_cursor("SELECT 1", [])
        assert statement.rows(connection, []) in (None, [(1,)])


def test_a_table_that_was_changed_is_read_anew() -> None:
    """A migration while the process runs, and a server that forgot what was prepared."""
    done("CREATE TEMP TABLE changed AS SELECT 1 AS one")
    statement = often("SELECT * FROM changed")
    assert statement.rows(connection, []) == [(1,)]
    done("ALTER TABLE changed ADD two text DEFAULT 'b'")
    assert statement.rows(connection, []) == [(1, "b")]
    connection.connection.pgconn.exec_(b"ALTER TABLE changed ADD three int DEFAULT 3")
    assert statement.rows(connection, []) is None
    assert statement.asked([]) == [(1, "b", 3)]
    assert statement.rows(connection, []) == [(1, "b", 3)]
    connection.connection.pgconn.exec_(b"DEALLOCATE ALL")
    assert statement.rows(connection, []) is None
    assert statement.asked([]) == [(1, "b", 3)]


def test_a_server_that_went_away_is_an_error_once() -> None:
    """S0-03: as with a cursor, the next request finds another connection."""
    statement = often("SELECT 1")
    assert statement.rows(connection, []) == [(1,)]
    ended = connection.connection.info.backend_pid
    wanted = {name: value for name, value in connection.get_connection_params().items() if name != "context"}
    with psycopg.connect(**wanted, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [ended])
    with pytest.raises(OperationalError):
        statement.rows(connection, [])
    connection.close()
    assert statement.asked([]) == [(1,)]


def test_the_server_keeps_so_many_and_what_is_asked_most() -> None:
    """psycopg has it forget what was not asked for longest; this way counts."""
    statement = often("SELECT -1")
    assert statement.rows(connection, []) == [(-1,)]
    for number in range(120):
        assert often(f"SELECT {number}").asked([]) == [(number,)]
        assert statement.asked([]) == [(-1,)]
        by_cursor("SELECT 1", [])
    assert statement.rows(connection, []) == [(-1,)]
    assert 90 < by_cursor("SELECT count(*) FROM pg_prepared_statements", [])[0][0] <= 102


def test_a_row_is_added_once_whatever_was_forgotten() -> None:
    """Also where the connection knows the statement no more, and where the row is refused."""
    done("CREATE TEMP TABLE quick_rows (id int PRIMARY KEY, said text NOT NULL)")
    statement = often("INSERT INTO quick_rows (id, said) VALUES (%s, %s)")
    assert statement.rows(connection, [1, "one"]) == []
    for refused in ([1, "again"], [4, None]):
        with pytest.raises(IntegrityError):
            statement.rows(connection, refused)
    assert statement.rows(connection, [3, "three"]) == []
    connection.connection.pgconn.exec_(b"DEALLOCATE ALL")
    assert statement.rows(connection, [2, "two"]) is None  # nothing is added then: the ordinary way adds it
    assert statement.asked([2, "two"]) == []
    rows = by_cursor("SELECT id, said FROM quick_rows ORDER BY id", [])
    assert rows == [(1, "one"), (2, "two"), (3, "three")]


def test_a_row_that_tells_of_reading_is_there_once_each_time() -> None:
    from compliance.audit import Actor
    from compliance.audit.ledger import record_alone
    from compliance.audit.models import AuditEvent
    from registry.tracking.files.events import FILE_OPENED

    about = ("tracking.run", str(uuid.UUID(int=5)))
    for size in range(3 * _NOT_YET):
        assert record_alone(FILE_OPENED, about, actor=Actor.system("test"), owner="r", size=size, sha256="")
        if size == 2 * _NOT_YET:
            done("DEALLOCATE ALL")
    rows = AuditEvent.objects.filter(name=FILE_OPENED.name, target_id=about[1]).order_by("id")
    assert [row.details["size"] for row in rows] == list(range(3 * _NOT_YET))
