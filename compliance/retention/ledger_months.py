"""The ledger's own end: whole months, after a year at least, once two people have approved for how long logs are kept.

A month goes only when all of it is sealed, covered by a signed checkpoint outside the database, unaltered, and taken
by every receiver. Its leaves stay, so that everything else can be proven as before; that it went is an act in the
ledger. The database looks all of it up again (migration 0004): nobody can remove rows in another way.
"""

import datetime as dt
import logging
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from compliance.audit import Actor, record
from compliance.audit.partitions import TABLE, next_month
from compliance.audit.sealing.audit_events import MONTH_KEPT, MONTH_PURGED, TARGET_MONTH
from compliance.audit.sealing.models import Leaf, PurgedMonth
from compliance.audit.sealing.note import BadNote, check
from compliance.audit.verifying.claims import known_keys
from compliance.audit.verifying.rows import altered_rows
from compliance.audit.watching.months import months
from modelops.lib.errors import Conflict

from .classes import Governed, classes
from .installed import policy_of
from .models import ChangeState, PolicyChange, RetentionPolicy
from .regimes import least_days_of

logger = logging.getLogger(__name__)
POLICY: Final = "logs"
# The errors of the database's function, by SQLSTATE, as codes.
_REFUSALS: Final = {
    "MO011": "purge.no_month",
    "MO012": "purge.held",
    "MO013": "purge.not_approved",
    "MO014": "purge.too_young",
    "MO015": "purge.not_sealed",
    "MO016": "purge.not_anchored",
    "MO017": "purge.not_streamed",
    "55P03": "purge.ledger_busy",
}


@classes.register("audit.events")
class LedgerMonths(Governed):
    """Months of the audit log."""

    label = "Audit log"
    rule = (
        "A month at a time, when all of it is older than logs are kept, two people have approved that, and it is "
        "sealed, anchored and streamed. Its hashes stay: the rest is proven as before."
    )
    covers = frozenset({"audit.AuditEvent"})
    policy = POLICY

    def due(self) -> int:
        return super().due() if approved_change() is not None else 0

    def due_after(self, days: int) -> int:
        return sum(_rows_of(month) for month in over(days))

    def remove_after(self, days: int, action: str, archive_days: int | None, *, actor: Actor) -> int:
        removed = 0
        for month in over(days):
            try:
                removed += purge(month, days, actor=actor)
            except Conflict as refusal:
                logger.warning("%s of the audit log stays: %s", month, refusal)
                about = (TARGET_MONTH, month)
                record(MONTH_KEPT, about, actor=actor, outcome="failure", month=month, code=refusal.code)
        return removed


def approved_change() -> PolicyChange | None:
    """What two people decided last of the period; None while it is as installed."""
    return (
        PolicyChange.objects.filter(policy__data_class=POLICY, state=ChangeState.APPROVED)
        .order_by("-decided_at")
        .first()
    )


def over(days: int) -> list[str]:
    """The months that ended more than ``days`` ago, and no less than the regimes ask for; the oldest first."""
    limit = timezone.now() - dt.timedelta(days=max(days, least_days_of(POLICY)))
    names = (name.removeprefix(f"{TABLE}_").replace("_", "-") for name in months())
    return [name for name in names if next_month(dt.datetime.fromisoformat(f"{name}-01T00:00:00Z")) <= limit]


def purge(month: str, days: int, *, actor: Actor) -> int:
    """Remove the rows of a month ("2024-05") and record it; how many. Raises Conflict with what stands against it."""
    policy = RetentionPolicy.objects.get(pk=policy_of(POLICY).pk)
    change = approved_change()
    with transaction.atomic():
        rows = _drop(month, max(days, policy.days, least_days_of(POLICY)))
        if rows:
            told = PurgedMonth.objects.get(pk=month)
            _require_sound(told)
            record(
                MONTH_PURGED, (TARGET_MONTH, month), actor=actor, month=month, rows=rows, first_seq=told.first_seq,
                last_seq=told.last_seq, size=told.size, days=max(days, least_days_of(POLICY)),
                approved_by=f"{change.second_kind}:{change.second_ref}" if change else "",
            )  # fmt: skip
    return rows


def _drop(month: str, days: int) -> int:
    """By the database's function. What it drops is looked at first: evidence of a change must not go."""
    first, last = _range_of(month)
    if first is not None and (altered := altered_rows(first, (last or first) + 1, at_once=1)):
        raise Conflict(f"Nothing is purged that does not hold: {altered[0].says}", code="purge.altered")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT audit_purge_month(%s, %s)", [month, days])
            return int(cursor.fetchone()[0])
    except Exception as error:
        code = _REFUSALS.get(getattr(error.__cause__, "sqlstate", "") or "")
        if code is None:
            raise
        says = str(error).partition("\n")[0].removeprefix("modelops: ")
        raise Conflict(f"{says[:1].upper()}{says[1:]}.", code=code) from None


def _require_sound(told: PurgedMonth) -> None:
    try:
        check(told.note, known_keys())
    except BadNote as problem:
        says = f"The checkpoint over {told.month} cannot be trusted: {problem}"
        raise Conflict(says, code="purge.not_signed") from None


def _rows_of(month: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {TABLE}_{month.replace('-', '_')}")  # noqa: S608  names of partitions
        return int(cursor.fetchone()[0])


def _range_of(month: str) -> tuple[int | None, int | None]:
    """The first and the last leaf of a month; None without any."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT min(l.seq), max(l.seq) FROM {TABLE}_{month.replace('-', '_')} e"  # noqa: S608
            f" JOIN {Leaf._meta.db_table} l ON l.event_id = e.id"
        )
        first, last = cursor.fetchone()
        return first, last
