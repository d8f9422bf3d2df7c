"""The months of the ledger: names and bounds of its partitions, and periods as ranges of the ids in them."""

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import models

from modelops.lib.ids import first_id_at

TABLE = "audit_auditevent"
# The most values of a column that the planner knows the frequency of: there are fewer names of events.
NAMES_KNOWN: Final = 1000
# A process makes the id by its clock and the database the time by its own. A period finds rows whose two are at most
# this far apart: a clock that keeps time is off by less than a second, one that missed a change of the hour by this.
CLOCKS_APART: Final = timedelta(hours=1)


class CurrentTransaction(models.Func):
    """The number of the transaction that inserts the row; it never wraps around."""

    template = "(pg_current_xact_id()::text::bigint)"
    output_field = models.BigIntegerField()


def month_of(moment: datetime) -> datetime:
    """The first moment of its month, UTC."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(month: datetime) -> datetime:
    """The first moment of the month after."""
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def recorded_within(
    since: datetime | None, until: datetime | None = None, *, apart: timedelta = CLOCKS_APART
) -> models.Q:
    """Rows from ``since``, which belongs to them, to ``until``, which does not; None is no limit.

    Their own time decides. No index knows it, so the range of ids around it says which months to read, and where.
    """
    found = models.Q()
    if since is not None:
        found &= models.Q(recorded_at__gte=since, pk__gte=first_id_at(since, -apart))
    if until is not None:
        found &= models.Q(recorded_at__lt=until, pk__lt=first_id_at(until, apart))
    return found


def create_partition_sql(month: datetime) -> str:
    """The statement that makes the partition of ``month`` unless it is there."""
    name = f"{TABLE}_{month:%Y_%m}"
    return (
        f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {TABLE}"
        f" FOR VALUES FROM ('{first_id_at(month)}') TO ('{first_id_at(next_month(month))}');"
        f" ALTER TABLE {name} ALTER COLUMN name SET STATISTICS {NAMES_KNOWN};"
        f" CREATE OR REPLACE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {name}"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();"
    )
