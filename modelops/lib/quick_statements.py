"""Statements that are asked very often, past what a cursor costs: sent as prepared, and their rows read at once.

A cursor of Django and psycopg takes several times what PostgreSQL takes for a short answer, and each way there and back
costs a process that has others to serve more than the answer. So the first statement of a transaction goes along
with its BEGIN, and the last with its COMMIT. What a cursor is for beside that is kept: errors of the same kinds, and
types as the connection reads them. Whatever else is to happen with a statement (somebody counts or wraps it, it needs
column keys) happens on the ordinary way, where its first uses go as well. psycopg keeps the names of what is prepared,
for both ways, and knows when the server forgets them.
"""

import re
from collections.abc import Sequence
from itertools import count
from typing import Any, Final

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

from .exchange import Command, exchange

Rows = list[tuple[Any, ...]]

# So often it goes the ordinary way; psycopg does likewise.
_NOT_YET: Final = 5
_MARK: Final = re.compile(r"%[s%]")
# Of a statement that is not there any more, or whose tables were changed: it is prepared anew. Within a transaction
# that would be too late.
_OUTDATED: Final = {"26000", "0A000"}
_GOOD: Final = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)


class QuickStatement:
    """One statement with %s where its values go; with ``numbered``, with $1, $2 …"""

    def __init__(self, sql: str, *, numbered: bool = False) -> None:
        numbers = count(1)
        self.marked = sql
        self.sql = sql if numbered else _MARK.sub(lambda mark: f"${next(numbers)}" if mark[0] == "%s" else "%", sql)
        self._query = self.sql.encode()
        # Such functions need the keys that a wrapper of queries brings.
        self._is_ordinary = "modelops_" in sql
        self._uses = 0

    def asked(self, values: list[Any]) -> Rows:
        """The rows, on whichever way."""
        connection: Any = connections[DEFAULT_DB_ALIAS]
        found = self.rows(connection, values)
        if found is None:
            with connection.cursor() as cursor:
                cursor.execute(self.marked, values)
                found = cursor.fetchall() if cursor.description else []
        return list(found)

    def rows(self, connection: Any, values: list[Any]) -> Rows | None:
        """The rows over Django's ``connection``, if it gives any; None where it has to go the ordinary way."""
        found = together(connection, [(self, values)])
        return None if found is None else found[0]

    @property
    def is_ready(self) -> bool:
        """Whether it need not go the ordinary way; each time that it does is counted."""
        if self._is_ordinary or self._uses < _NOT_YET:
            self._uses += 1
            return False
        return True

    def command(self, raw: Any, transformer: Any, values: list[Any]) -> Command | None:
        """What the server is sent; None while it has to forget something first."""
        sent = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
        name = _name(raw, (self._query, transformer.types or ()))
        return None if name is None else (name, sent, transformer.formats)


def together(
    connection: Any, asked: Sequence[tuple[QuickStatement, list[Any]]], *, commits: bool = False
) -> list[Rows] | None:
    """The rows of each of several statements, which go there and back at once; with ``commits`` the transaction ends.

    Several are a transaction of their own, or part of the one that is open. None where they have to go the ordinary
    way, one by one: then none was carried out.
    """
    are_ready = [statement.is_ready for statement, _ in asked]  # each is counted
    if not all(are_ready) or connection.queries_logged or len(connection.execute_wrappers) > 1:
        return None
    connection.waiting_rows.write()  # as before a cursor is given out
    is_alone = not (commits or connection.in_atomic_block)
    if is_alone:
        connection.close_if_health_check_failed()
        connection.ensure_connection()
    else:
        connection.validate_no_broken_transaction()
    connection.validate_thread_sharing()
    raw = connection.connection
    if raw is None or raw.autocommit != is_alone:
        return None
    with connection.wrap_database_errors:
        return _asked(raw, asked, is_alone, commits)


def _asked(
    raw: Any, asked: Sequence[tuple[QuickStatement, list[Any]]], is_alone: bool, commits: bool
) -> list[Rows] | None:
    state = raw.pgconn.transaction_status
    begins = state == TransactionStatus.IDLE and not is_alone
    if not begins and state != (TransactionStatus.IDLE if is_alone else TransactionStatus.INTRANS):
        return None
    transformer = getattr(raw, "portal_transformer", None)
    if transformer is None:
        transformer = raw.portal_transformer = Transformer(raw)
    commands = []
    for statement, values in asked:
        command = statement.command(raw, transformer, values)
        if command is None:
            return None
        commands.append(command)
    if len(commands) > 1 or begins or commits:
        first: list[Command] = [(raw._get_tx_start_command(), None, None)] if begins else []
        last: list[Command] = [(b"COMMIT", None, None)] if commits else []
        results = exchange(raw.pgconn, [*first, *commands, *last])
        of_each = results[len(first) : len(first) + len(commands)]
    else:
        results = of_each = [raw.pgconn.exec_prepared(*commands[0])]
    for result in results:
        if result.status not in _GOOD:
            error = _error(raw, result)
            if error.sqlstate in _OUTDATED:
                raw._prepared.clear()  # where one is not there any more, the others may be gone with it
                if is_alone:
                    return None
            raise error
    return [_rows(transformer, result) for result in of_each]


def _rows(transformer: Any, result: Any) -> Rows:
    if not result.nfields:
        return []
    transformer.set_pgresult(result)
    found: Rows = transformer.load_rows(0, result.ntuples, tuple)
    transformer.set_pgresult(None)
    return found


def _name(raw: Any, key: tuple[bytes, tuple[int, ...]]) -> bytes | None:
    """What the statement is prepared as; None while psycopg has something to have the server forget."""
    every = raw._prepared
    name: bytes | None = every._names.get(key)
    if name is not None:
        every._names.move_to_end(key)
        return name
    if every._to_flush:
        return None
    name = b"_pg3_%d" % every._prepared_idx
    every._prepared_idx += 1
    result = raw.pgconn.prepare(name, key[0], key[1] or None)
    if result.status != ExecStatus.COMMAND_OK:
        raise _error(raw, result)
    every._counts.pop(key, None)
    every._names[key] = name
    every._rotate()
    return name


def _error(raw: Any, result: Any) -> psycopg.Error:
    """The error that a cursor would raise."""
    if raw.pgconn.status == ConnStatus.BAD:
        return psycopg.OperationalError(result.get_error_message("utf-8"))
    return psycopg.errors.error_from_result(result, "utf-8")
