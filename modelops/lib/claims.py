"""Claims that die with their holder: PostgreSQL's advisory locks, held by this thread's connection."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, connection


@contextmanager
def claimed(*name: str) -> Iterator[bool]:
    """Whether this block alone holds the claim ``name``; false when another connection does.

    A process that is killed lets go at once, and so does a connection that is lost: what must not happen twice needs a
    constraint as well.
    """
    digest = hashlib.blake2b("\x00".join(name).encode(), digest_size=8).digest()
    number = int.from_bytes(digest, "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        got = bool(cursor.fetchone()[0])
    if not got:
        yield False
        return
    try:
        yield True
    finally:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
        except (OperationalError, InterfaceError):
            connection.close()  # a connection that is lost has let go already
