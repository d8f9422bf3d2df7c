"""Rows against their leaves.

PostgreSQL makes the text of each row anew, hashes it and gives back only what differs: reading the rows into Python
would cost twice as much. The expression stands in the query, with functions named by schema, so that a function of the
same name that somebody adds is not called; see `leaf` for why it is no function of the database.
"""

import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final

from django.db import connection, connections

from ..leaf import LEAF_SQL
from .verdict import NAMED, Finding

# Leaves that one query looks at: some seconds at most, so that a busy server can end it, and nested loops stay warm.
CHUNK: Final = 100_000

_DIFFERENT = f"""
SELECT l.seq, l.event_id, e.id IS NULL
FROM audit_sealing_leaf l LEFT JOIN audit_auditevent e ON e.id = l.event_id
WHERE l.seq >= %s AND l.seq < %s
  AND pg_catalog.sha256('\\x00'::bytea || pg_catalog.convert_to({LEAF_SQL}, 'UTF8')) IS DISTINCT FROM l.hash
  AND NOT (e.id IS NULL AND EXISTS (SELECT FROM audit_sealing_purgedmonth p
                                    WHERE l.event_id >= p.first_id AND l.event_id < p.until_id))
ORDER BY l.seq LIMIT {NAMED}
"""  # noqa: S608 (constants)

# Counted first, for reading each row's leaf costs far more: rows of transactions below those that were running at the
# last seal, leaves of such rows that were not purged, and rows of later ones that have no leaf. The first two agree
# unless leaves or rows are missing, and the third is nothing but what waits at this moment.
_COUNTS = """
WITH last AS (
    SELECT pg_snapshot_xmin(watermark::pg_snapshot)::text::bigint AS start FROM audit_sealing_seal
    WHERE cluster = (SELECT system_identifier::text FROM pg_control_system())
    ORDER BY id DESC LIMIT 1
), later AS (
    SELECT l.seq FROM last, audit_auditevent e LEFT JOIN audit_sealing_leaf l ON l.event_id = e.id
    WHERE e.transaction >= last.start
)
SELECT (SELECT count(*) FROM last, audit_auditevent e WHERE e.transaction < last.start),
       (SELECT count(*) FROM audit_sealing_leaf) - (SELECT count(*) FROM later WHERE seq IS NOT NULL)
           - (SELECT coalesce(sum(rows), 0) FROM audit_sealing_purgedmonth),
       (SELECT count(*) FROM later WHERE seq IS NULL)
"""
_UNSEALED = """
WITH last AS (
    SELECT watermark::pg_snapshot AS seen FROM audit_sealing_seal
    WHERE cluster = (SELECT system_identifier::text FROM pg_control_system())
    ORDER BY id DESC LIMIT 1
)
SELECT e.id FROM audit_auditevent e CROSS JOIN last LEFT JOIN audit_sealing_leaf l ON l.event_id = e.id
WHERE l.seq IS NULL AND e.transaction IS DISTINCT FROM pg_current_xact_id_if_assigned()::text::bigint
  AND (e.transaction < 3 OR e.transaction >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
       OR pg_visible_in_snapshot(e.transaction::text::xid8, last.seen))
ORDER BY e.id LIMIT %s
"""


def altered_rows(first: int, size: int, *, at_once: int = 2) -> list[Finding]:
    """Rows of the leaves from ``first`` to before ``size`` that are gone or not what was sealed, the first 20.

    ``at_once`` connections share the work; 1 uses the caller's own, which is what a test inside a transaction needs.
    """
    ranges = _Ranges(first, size)
    found = [row for part in ranges for row in _look(part)] if at_once == 1 else _look_at_once(ranges, at_once)
    return [_finding(*row) for row in sorted(found)[:NAMED]]


def unsealed_rows() -> list[Finding]:
    """Rows without a leaf that the sealer has passed or never would reach: put in behind its back.

    A row of a transaction that the last seal's snapshot saw has a leaf. One whose transaction is numbered beyond any
    that this server began carries a number that somebody made up. In another cluster than the seal's its numbers say
    nothing; the sealer catches up there first.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS)
        rows_passed, leaves_passed, others = cursor.fetchone()
        if not others and rows_passed == leaves_passed:
            return []
        cursor.execute(_UNSEALED, [NAMED])
        return [
            Finding("row.unsealed", f"The row {event} stands in the ledger but was never sealed.", None, str(event))
            for (event,) in cursor.fetchall()
        ]


def _finding(seq: int, event_id: Any, is_gone: bool) -> Finding:
    if is_gone:
        return Finding("row.missing", f"Row {seq} ({event_id}) was removed after it was sealed.", seq, str(event_id))
    return Finding("row.altered", f"Row {seq} ({event_id}) was changed after it was sealed.", seq, str(event_id))


class _Ranges:
    """Hands out ranges of leaves, also to several threads."""

    def __init__(self, first: int, size: int) -> None:
        self._next, self._size, self._lock = first, size, threading.Lock()

    def __iter__(self) -> Iterator[tuple[int, int]]:
        while True:
            with self._lock:
                first = self._next
                self._next = min(first + CHUNK, self._size)
            if first >= self._size:
                return
            yield first, min(first + CHUNK, self._size)


def _look(part: tuple[int, int]) -> list[tuple[int, Any, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENT, part)
        return cursor.fetchall()


def _look_at_once(ranges: _Ranges, at_once: int) -> list[tuple[int, Any, bool]]:
    found: list[tuple[int, Any, bool]] = []
    errors: list[BaseException] = []

    def work() -> None:
        with closing(connections["default"]):
            try:
                for part in ranges:
                    found.extend(_look(part))
            except BaseException as error:  # noqa: BLE001  raised again in the caller's thread
                errors.append(error)

    threads = [threading.Thread(target=work, name=f"verify-{number}") for number in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return found
