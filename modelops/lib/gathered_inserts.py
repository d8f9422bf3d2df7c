"""Rows that are added within one block go to the database together: one statement for several tables.

Each statement of its own costs a way there and back and, in this process, more time than the row itself. Nobody sees
the difference: before anything else is asked of the database (`modelops/postgresql/base.py`), and at the end of the
block, everything that waits is written; where that is refused, the transaction fails as it would have before. What is
the last of its transaction may wait for the COMMIT and go along with it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from typing import Any, Final, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections

from .quick_statements import QuickStatement, together

# Rows of one statement, and statements. Other numbers of rows are other statements, and PostgreSQL keeps the plans of
# those it knows.
_MOST: Final = 8


class Waiting:
    """What one connection has not been told yet: rows that one statement adds, and such that come after them."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.is_open = False
        """Whether rows that come now wait."""
        self._parts: list[_Part] = []

    @property
    def is_empty(self) -> bool:
        return not self._parts

    def add(self, sql: str, values: list[Any], *, sees_others: bool = False) -> None:
        """Let a row wait; with ``sees_others`` in a statement that comes after what waits already."""
        if not self._parts or sees_others or len(self._parts[-1].statements) == _MOST:
            if len(self._parts) == _MOST:
                self.write()
            self._parts.append(_Part([], []))
        last = self._parts[-1]
        last.statements.append(sql)
        last.values.extend(values)

    def write(self, *, commits: bool = False) -> None:
        """Write what waits; with ``commits`` the transaction may end along with it."""
        if not self._parts:
            return
        # Taken away first: the cursor that writes them is not to write them too.
        parts = self._parts
        self.forget()
        if self._connection.queries_logged:  # what shows statements knows no other marks than %s
            for part in parts:
                with self._connection.cursor() as cursor:
                    cursor.execute(_together(tuple(part.statements)), part.values)
            return
        asked = [(_numbered(tuple(part.statements)), part.values) for part in parts]
        if together(self._connection, asked, commits=commits) is None:
            for statement, values in asked:
                with self._connection.numbered_cursor() as cursor:
                    cursor.execute(statement.sql, values)

    def forget(self) -> None:
        """The transaction is given up."""
        self._parts = []


class _Part(NamedTuple):
    statements: list[str]
    values: list[Any]


@contextmanager
def gathered(*, until_commit: bool = False) -> Iterator[None]:
    """Let rows that are added in the block by `add` wait for one another; within one transaction, not beyond.

    With ``until_commit`` the last of them also wait for what comes behind the block: they go along with the COMMIT, or
    before whatever else is asked. If they are refused, it is there that the error is raised.
    """
    connection: Any = connections[DEFAULT_DB_ALIAS]
    if not connection.in_atomic_block:
        raise RuntimeError("Rows are gathered within a transaction.")
    waiting: Waiting = connection.waiting_rows
    if waiting.is_open:  # of a block around this one
        yield
        return
    waiting.write()
    waiting.is_open = True
    try:
        yield
        if not until_commit:
            waiting.write()
    except BaseException:
        waiting.forget()
        raise
    finally:
        waiting.is_open = False


def add(connection: Any, sql: str, values: list[Any], *, sees_others: bool = False) -> None:
    """Carry ``sql`` out, an INSERT of one row without RETURNING: now, or with others of the block around.

    ``sees_others`` is for a statement that looks at what was added before it: that is another statement.
    """
    waiting: Waiting = connection.waiting_rows
    if not waiting.is_open:
        if _quick(sql).rows(connection, values) is None:
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
        return
    waiting.add(sql, values, sees_others=sees_others)


@lru_cache(maxsize=64)
def _quick(sql: str) -> QuickStatement:
    """For what is not gathered, such as a row that tells of reading."""
    return QuickStatement(sql)


@lru_cache(maxsize=256)
def _numbered(statements: tuple[str, ...]) -> QuickStatement:
    """The same with $1, $2 … for values, as PostgreSQL has it.

    psycopg reads a statement as long as this anew each time to put them in, which takes longer than to send it.
    """
    parts = re.split("(%s|%%)", _together(statements))
    number = count(1)
    marked = "".join(f"${next(number)}" if part == "%s" else "%" if part == "%%" else part for part in parts)
    return QuickStatement(marked, numbered=True)


@lru_cache(maxsize=256)
def _together(statements: tuple[str, ...]) -> str:
    *others, last = statements
    if not others:
        return last
    return "WITH " + ", ".join(f"row{number} AS ({sql})" for number, sql in enumerate(others)) + f" {last}"
