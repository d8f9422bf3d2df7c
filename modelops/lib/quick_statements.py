"""Statements that are asked very often, past what a cursor costs: they are prepared, sent, and their rows read at once.

A cursor of Django and psycopg takes several times what PostgreSQL takes for a short answer. What it is for beside that
is kept: errors of the same kinds, and types as the connection reads them. Whatever else is
to happen with a statement (somebody counts or wraps it, it needs column keys, it is part of a transaction) happens on
the ordinary way, where its first uses go as well.
"""

import re
from collections import OrderedDict
from itertools import count
from typing import Any, Final

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

# So often it goes the ordinary way, and so many one connection keeps prepared; psycopg does likewise.
_NOT_YET: Final = 5
_MOST_PREPARED: Final = 100
_MARK: Final = re.compile(r"%[s%]")
# Of a statement that is not there any more (psycopg forgets all that a connection prepared after a ROLLBACK), or whose
# tables were changed: it is prepared anew. Within a transaction that would be too late.
_OUTDATED: Final = {"26000", "0A000"}


class _Prepared:
    """What one connection keeps."""

    def __init__(self, raw: Any) -> None:
        self.transformer: Any = Transformer(raw)
        self.names: OrderedDict[tuple[bytes, tuple[int, ...]], bytes] = OrderedDict()
        self.numbers = count(1)


class QuickStatement:
    """One statement with %s where its values go."""

    def __init__(self, sql: str) -> None:
        numbers = count(1)
        self._query = _MARK.sub(lambda found: f"${next(numbers)}" if found[0] == "%s" else "%", sql).encode()
        self._formats = [PyFormat.AUTO] * (next(numbers) - 1)
        # Such functions need the keys that a wrapper of queries brings.
        self._is_ordinary = "modelops_" in sql
        self._uses = 0

    def rows(self, connection: Any, values: list[Any]) -> "list[tuple[Any, ...]] | None":
        """The rows over Django's ``connection``, if it gives any; None where it has to go the ordinary way."""
        if self._is_ordinary or self._uses < _NOT_YET:
            self._uses += 1
            return None
        if connection.queries_logged or len(connection.execute_wrappers) > 1:
            return None
        if connection.in_atomic_block:
            return None
        connection.close_if_health_check_failed()
        connection.ensure_connection()
        connection.validate_thread_sharing()
        raw = connection.connection
        if raw.pgconn.transaction_status != TransactionStatus.IDLE or not raw.autocommit:
            return None
        with connection.wrap_database_errors:
            return self._asked(raw, values)

    def _asked(self, raw: Any, values: list[Any]) -> "list[tuple[Any, ...]] | None":
        kept: _Prepared | None = getattr(raw, "portal_prepared", None)
        if kept is None:
            kept = raw.portal_prepared = _Prepared(raw)
        transformer = kept.transformer
        sent = transformer.dump_sequence(values, self._formats)
        key = (self._query, transformer.types or ())
        name = kept.names.get(key) or _prepare(raw, kept, key)
        result = raw.pgconn.exec_prepared(name, sent, transformer.formats)
        if result.status == ExecStatus.COMMAND_OK:  # it gives no rows
            return []
        if result.status != ExecStatus.TUPLES_OK:
            kept.names.clear()  # where one is not there any more, the others may be gone with it
            error = _error(raw, result)
            if error.sqlstate in _OUTDATED:
                return None
            raise error
        transformer.set_pgresult(result)
        found: list[tuple[Any, ...]] = transformer.load_rows(0, result.ntuples, tuple)
        transformer.set_pgresult(None)
        return found


def _prepare(raw: Any, kept: _Prepared, key: tuple[bytes, tuple[int, ...]]) -> bytes:
    name = b"portal_%d" % next(kept.numbers)
    result = raw.pgconn.prepare(name, key[0], key[1] or None)
    if result.status != ExecStatus.COMMAND_OK:
        raise _error(raw, result)
    kept.names[key] = name
    if len(kept.names) > _MOST_PREPARED:
        _, oldest = kept.names.popitem(last=False)
        raw.pgconn.exec_(b"DEALLOCATE " + oldest)
    return name


def _error(raw: Any, result: Any) -> psycopg.Error:
    """The error that a cursor would raise."""
    if raw.pgconn.status == ConnStatus.BAD:
        return psycopg.OperationalError(result.get_error_message("utf-8"))
    return psycopg.errors.error_from_result(result, "utf-8")
