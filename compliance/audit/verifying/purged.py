"""Months whose rows were purged: the tree still has their leaves, and the ledger itself must tell of each.

A row that says so stands in a table that a function of the database alone writes. It counts for nothing by itself: the
ledger has an event about it, the tree as many leaves of that month, and the signed checkpoint over them the root that
the tree has today.
"""

from typing import Final

from django.db import connection
from django.db.models import Sum

from ..models import AuditEvent
from ..partitions import month_of
from ..sealing.audit_events import MONTH_PURGED, TARGET_MONTH
from ..sealing.models import PurgedMonth
from ..sealing.note import BadNote, PublicKey, check
from .claims import Claim
from .verdict import Finding

_LEAVES: Final = "SELECT count(*) FROM audit_sealing_leaf WHERE event_id >= %s AND event_id < %s"


def leaves(first: int, size: int) -> int:
    """How many of the leaves from ``first`` to before ``size`` have a purged row."""
    with connection.cursor() as cursor:
        if not first:
            return int(PurgedMonth.objects.aggregate(rows=Sum("rows"))["rows"] or 0)
        cursor.execute(
            "SELECT count(*) FROM audit_sealing_purgedmonth p JOIN audit_sealing_leaf l"
            " ON l.event_id >= p.first_id AND l.event_id < p.until_id"
            " WHERE p.last_seq >= %s AND l.seq >= %s AND l.seq < %s",
            [first, first, size],
        )
        return int(cursor.fetchone()[0])


def claims(keys: list[PublicKey], findings: list[Finding], *, above: int = -1) -> list[Claim]:
    """The signed heads that stood over purged months when these went, those larger than ``above``."""
    found = []
    for row in PurgedMonth.objects.filter(size__gt=above):
        try:
            head, _ = check(row.note, keys)
        except BadNote as error:
            findings.append(Finding("purge.unfounded", f"The purge of {row.month}: {error}", row.first_seq))
            continue
        if head.size != row.size or head.size <= row.last_seq:
            says = f"The checkpoint of {head.size} rows does not cover {row.month}, which was purged under it."
            findings.append(Finding("purge.unfounded", says, row.first_seq))
        found.append(Claim(head.size, head.root, f"the purge of {row.month}"))
    return found


def findings(*, counted: bool) -> list[Finding]:
    """What was purged, in a line; and months that the ledger does not tell of or, when ``counted``, tells otherwise."""
    rows = list(PurgedMonth.objects.all())
    if not rows:
        return []
    gone = {row.month for row in rows}
    told = {
        (event.target_id, event.details.get("rows"))
        for event in AuditEvent.objects.filter(name=MONTH_PURGED.name, target_type=TARGET_MONTH)
    }
    found = []
    for row in rows:
        # The event about it may itself have been purged since, years later.
        if f"{month_of(row.purged_at):%Y-%m}" not in gone and (row.month, row.rows) not in told:
            says = f"The rows of {row.month} are said to be purged, and the ledger tells of no such act."
            found.append(Finding("purge.unfounded", says, row.first_seq))
        if counted and (count := _leaves_of(row)) != row.rows:
            says = f"{row.rows} rows of {row.month} were purged; the tree has {count} of that month."
            found.append(Finding("purge.unfounded", says, row.first_seq))
    total = sum(row.rows for row in rows)
    months = rows[0].month if len(rows) == 1 else f"{len(rows)} months from {rows[0].month} to {rows[-1].month}"
    says = f"{total} rows of {months} were purged when their time was over; their leaves lead to the signed heads."
    return [*found, Finding("row.purged", says)]


def _leaves_of(row: PurgedMonth) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_LEAVES, [row.first_id, row.until_id])
        return int(cursor.fetchone()[0])
