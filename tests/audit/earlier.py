"""Rows of the ledger from another day, written by the portal as it writes all of them."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from modelops.lib import ids

_DEFAULT = "ALTER TABLE audit_auditevent ALTER COLUMN recorded_at SET DEFAULT statement_timestamp()"


@contextmanager
def recorded(ago: dt.timedelta) -> Iterator[None]:
    """Within the block both clocks of a row run that much behind: the database's, and the one of its id.

    Only the table's owner can do that, and only within the test's transaction; the portal itself names no time.
    """
    now = ids._tick
    behind = int(ago.total_seconds() * 1000) << 12
    with pytest.MonkeyPatch.context() as patch, connection.cursor() as cursor:
        patch.setattr(ids, "_tick", lambda: (lambda tick, drawn: (tick - behind, drawn))(*now()))
        cursor.execute(f"{_DEFAULT} - interval '{ago.total_seconds()} seconds'")
        try:
            yield
        finally:
            cursor.execute(_DEFAULT)
