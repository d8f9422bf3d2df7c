"""Rows of the ledger, many at once and through connections of their own; and changing them past the triggers."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

from compliance.audit.sealing.models import Leaf, Seal
from compliance.audit.sealing.sequencing import seal_round
from compliance.audit.sealing.sizes import sealed_rows
from compliance.audit.sealing.tiles import StoredTree
from compliance.audit.sealing.tree import frontier_at

INSERT = """
INSERT INTO audit_auditevent (id, name, category, outcome, actor_kind, actor_ref, target_type, target_id, details,
                              request_id, source)
SELECT gen_random_uuid(), 'tests.thing.done', 'system', 'success', 'system', 'tests', 'tests.thing', n::text,
       '{"n":' || n || '}', 'r' || n, ''
FROM generate_series(%s::int, %s::int) n
"""


def add(count: int, *, first: int = 0, through: Any = None) -> None:
    """Add rows, one transaction for all; through Django's connection, or another one."""
    with (through or connection).cursor() as cursor:
        cursor.execute(INSERT, [first, first + count - 1])


@contextmanager
def as_superuser() -> Iterator[None]:
    """Past every trigger, which only who owns the tables can do."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


def sql(statement: str, *params: object) -> int:
    """Run it; how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)


@contextmanager
def another_connection(*, autocommit: bool = False) -> Iterator[psycopg.Connection]:
    """A connection of its own to the same database."""
    parameters = connection.get_connection_params()
    kept = {name: parameters[name] for name in ("dbname", "user", "password", "host", "port") if parameters.get(name)}
    with psycopg.connect(**kept, autocommit=autocommit) as opened:
        yield opened


def seal_all(**limits: int) -> int:
    """Seal until nothing waits; the size of the tree."""
    while True:
        done = seal_round(**limits)
        assert done is not None
        if not done.has_more:
            return done.size


def seal_here() -> int:
    """Seal what a test added in its own open transaction, which no snapshot shows as complete; the size of the tree."""
    size = sealed_rows()
    # As after a restore: every row is asked for.
    Seal.objects.create(first_seq=size, size=size, watermark="", cluster="")
    return seal_all()


def stored_root(size: int | None = None) -> bytes:
    """The root of the stored tree, read through its tiles."""
    with connection.cursor() as cursor:
        return frontier_at(Leaf.objects.count() if size is None else size, StoredTree(cursor)).root()


def sealed_ids() -> list[Any]:
    """The events of the tree in its order; fails when there is a gap."""
    rows = list(Leaf.objects.values_list("seq", "event_id"))
    assert [seq for seq, _ in rows] == list(range(len(rows)))
    return [event for _, event in rows]
