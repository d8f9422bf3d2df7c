"""One round of sealing: rows that were committed since the last one get their numbers, in one transaction.

Only one sealer works at a time, and whatever kills it, a round is there whole or not at all.
"""

from dataclasses import dataclass
from typing import Any, Final

from django.db import IntegrityError, connection, transaction

from modelops.lib.errors import Conflict

from ..leaf import LEAF_SQL
from .sizes import sealed_rows
from .snapshots import Snapshot
from .tiles import StoredTree, new_tiles

# Any number that nothing else in the database uses.
LOCK: Final = 0x6D6F_6C65_6467
BATCH_ROWS: Final = 20_000
CATCH_UP_ROWS: Final = 200_000

_UNSEALED = "NOT EXISTS (SELECT FROM audit_sealing_leaf l WHERE l.event_id = e.id)"
# Two queries instead of one with OR, so that each is answered by the index over transactions alone.
_SINCE = """
SELECT e.{columns} FROM audit_auditevent e
WHERE e.transaction >= %s AND e.transaction < %s AND e.transaction <> ALL (%s::bigint[])
UNION ALL
SELECT e.{columns} FROM audit_auditevent e WHERE e.transaction = ANY (%s::bigint[])
"""


def _insert_statement(rows: str, *, unless_sealed: bool = False) -> str:
    """Numbers the rows of a query and stores their leaf hashes. Made here and not by a function of the database."""
    return (
        "INSERT INTO audit_sealing_leaf (seq, event_id, hash)"  # noqa: S608 (constants)
        " SELECT %s::bigint + pg_catalog.row_number() OVER (ORDER BY e.transaction, e.id) - 1, e.id,"
        f" pg_catalog.sha256('\\x00'::bytea || pg_catalog.convert_to({LEAF_SQL}, 'UTF8'))"
        f" FROM ({rows}) e{f' WHERE {_UNSEALED}' if unless_sealed else ''} RETURNING seq, hash"
    )


class TreeBroken(Conflict):
    """The stored tree is not what the sealer left."""

    code = "audit_tree.broken"

    def __init__(self, message: str) -> None:
        super().__init__(
            f"{message} Bring the database back from a backup; docs/howto/audit-log.md tells what else can be done."
        )


@dataclass(frozen=True)
class Round:
    """How many rows got a number, how large the tree is now, and whether more were waiting than one round takes."""

    rows: int
    size: int
    has_more: bool


@dataclass(frozen=True)
class _Last:
    """Where the last round ended."""

    size: int
    watermark: str
    cluster: str


@transaction.atomic
def seal_round(limit: int = BATCH_ROWS, catch_up_limit: int = CATCH_UP_ROWS) -> Round | None:
    """Seal what has been committed since the last round; None when another sealer is at work.

    Raises TreeBroken when leaves are missing or were added by somebody else; then nothing is sealed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return None
        cursor.execute("SET LOCAL jit = off")
        last = _last(cursor)
        now, cluster = _now(cursor)
        edge = StoredTree(cursor)
        if last.cluster != cluster:
            # Transaction numbers of another cluster say nothing here: once, every row is asked for.
            hashes = _insert_unsealed(cursor, last.size, catch_up_limit)
            has_more = len(hashes) >= catch_up_limit
            watermark, cluster = (last.watermark, last.cluster) if has_more else (str(now), cluster)
        else:
            hashes, reached = _insert_since(cursor, last, now, limit)
            watermark, has_more = str(reached), reached != now
        if hashes or last.cluster != cluster:
            _store(cursor, edge, last.size, hashes, watermark, cluster)
        return Round(len(hashes), last.size + len(hashes), has_more)


def _last(cursor: Any) -> _Last:
    cursor.execute("SELECT size, watermark, cluster FROM audit_sealing_seal ORDER BY id DESC LIMIT 1")
    last = _Last(*(cursor.fetchone() or (0, "", "")))
    leaves = sealed_rows()
    if leaves != last.size:
        raise TreeBroken(f"The tree has {leaves} leaves, and the last seal says {last.size}: somebody else changed it.")
    return last


def _now(cursor: Any) -> tuple[Snapshot, str]:
    cursor.execute("SELECT pg_current_snapshot()::text, system_identifier::text FROM pg_control_system()")
    snapshot, cluster = cursor.fetchone()
    return Snapshot.parse(snapshot), cluster


def _insert_since(cursor: Any, last: _Last, now: Snapshot, limit: int) -> tuple[list[bytes], Snapshot]:
    """Number the rows that became visible, as many whole transactions as fit ``limit``, and say up to where."""
    cursor.execute("SET LOCAL enable_seqscan = off")  # the statistics of a growing table are always late
    before = Snapshot.parse(last.watermark)
    query = _SINCE.format(columns="transaction")
    cursor.execute(f"{query} ORDER BY 1 OFFSET %s LIMIT 1", [*_between(before, now), limit])
    if over := cursor.fetchone():
        cursor.execute(f"{query} ORDER BY 1 LIMIT 1", _between(before, now))
        (first,) = cursor.fetchone()
        now = now.cut(max(over[0], first + 1), before)
    given = [last.size, *_between(before, now)]
    rows = _SINCE.format(columns="*")
    try:
        with transaction.atomic():
            return _inserted(cursor, _insert_statement(rows), given), now
    except IntegrityError:
        # Rows that came from another cluster brought its transaction numbers along, and these recur here some day.
        return _inserted(cursor, _insert_statement(rows, unless_sealed=True), given), now


def _between(before: Snapshot, now: Snapshot) -> list[Any]:
    return [before.end, now.end, sorted(now.running), now.completed_since(before)]


def _insert_unsealed(cursor: Any, size: int, limit: int) -> list[bytes]:
    rows = f"SELECT e.* FROM audit_auditevent e WHERE {_UNSEALED} ORDER BY e.transaction, e.id LIMIT %s"  # noqa: S608
    return _inserted(cursor, _insert_statement(rows), [size, limit])


def _inserted(cursor: Any, statement: str, given: list[Any]) -> list[bytes]:
    """The leaf hashes in the order of their numbers."""
    cursor.execute(statement, given)
    return [bytes(value) for _, value in sorted(cursor.fetchall())]


def _store(cursor: Any, edge: StoredTree, size: int, hashes: list[bytes], watermark: str, cluster: str) -> None:
    try:
        tiles = list(new_tiles(size, hashes, edge))
    except LookupError as gap:
        raise TreeBroken(str(gap)) from None
    if tiles:
        cursor.executemany("INSERT INTO audit_sealing_tile (level, index, hashes, root) VALUES (%s, %s, %s, %s)", tiles)
    cursor.execute(
        "INSERT INTO audit_sealing_seal (first_seq, size, watermark, cluster) VALUES (%s, %s, %s, %s)",
        [size, size + len(hashes), watermark, cluster],
    )
