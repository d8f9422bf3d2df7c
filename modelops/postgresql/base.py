"""The database backend that the settings name: Django's own with four differences.

Times are read by psycopg in C. Django puts a loader in Python in its place, which gives each time the zone of the
connection; the portal's sessions are in UTC, and so are the times that psycopg gives. A list of ten thousand rows feels
that.

A connection that a request takes out of the pool is asked for a word only when something came over it in the meantime:
a server that ended it said so, or closed its end. To ask each time would be one more way there and back per request.

Rows that wait to be added together (`modelops/lib/gathered_inserts.py`) are written before a cursor is given out, so
that whatever is asked finds them, and with the COMMIT at the latest.

A transaction begins with its first statement and ends with its last, where that is one of
`modelops/lib/quick_statements.py`.
"""

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg import RawCursor
from psycopg.types.datetime import TimestamptzLoader
from psycopg_pool import ConnectionPool

from modelops.lib.gathered_inserts import Waiting


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection of the portal to its database."""

    _takes_from_pool = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting_rows = Waiting(self)
        """What a block gathers just now."""

    def connect(self) -> None:
        """Django's. What a connection is made with is not put together for one that waits in the pool already."""
        self._takes_from_pool = self.pool is not None
        try:
            super().connect()
        finally:
            self._takes_from_pool = False

    def get_connection_params(self) -> dict[str, Any]:
        """Django's, with psycopg's own way to read times; nothing where nobody reads them."""
        return {} if self._takes_from_pool else self._params()

    def _params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        params["context"].adapters.register_loader("timestamptz", TimestamptzLoader)
        return params

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor as Django makes it for parameters that are bound by the server."""
        assert self.connection is not None  # noqa: S101  Django connects before it asks for a cursor
        self.waiting_rows.write()
        if name:
            return self.connection.cursor(name, scrollable=False, withhold=self.connection.autocommit)
        return self.connection.cursor()

    def numbered_cursor(self) -> Any:
        """A cursor for statements whose values are marked as $1, $2 …, which are sent as they are."""
        self.ensure_connection()
        assert self.connection is not None  # noqa: S101  it was made just now
        with self.wrap_database_errors:
            return self._prepare_cursor(RawCursor(self.connection))

    def _commit(self) -> None:
        """Django's, with the rows that waited for it; it has nothing to do where they took the COMMIT along."""
        self.waiting_rows.write(commits=True)
        super()._commit()

    def _rollback(self) -> None:
        self.waiting_rows.forget()
        super()._rollback()

    def _close(self) -> None:
        self.waiting_rows.forget()
        super()._close()

    @property
    def pool(self) -> "ConnectionPool[Any] | None":
        """The pool of this process; not opened here, so that it begins in the process that uses it."""
        options = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == base.NO_DB_ALIAS or not options:
            return None
        if self.alias not in self._connection_pools:
            pool = ConnectionPool(
                kwargs={**self._params(), "autocommit": True},
                open=False,
                configure=self._configure_connection,
                check=require_alive,
                **options,
            )
            # Of several threads that come here at once, one makes the pool that is used.
            self._connection_pools.setdefault(self.alias, pool)
        found: ConnectionPool[Any] = self._connection_pools[self.alias]
        return found


def require_alive(connection: Any) -> None:
    """Raise OperationalError for a connection that its server has left."""
    waiting = select.poll()
    waiting.register(connection.pgconn.socket, select.POLLIN)
    if waiting.poll(0):
        ConnectionPool.check_connection(connection)
