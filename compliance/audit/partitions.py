"""The months of the ledger: names and bounds of its partitions."""

import uuid
from datetime import UTC, datetime
from typing import Final

from django.db import models

TABLE = "audit_auditevent"
# The most values of a column that the planner knows the frequency of: there are fewer names of events.
NAMES_KNOWN: Final = 1000


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


def first_id(moment: datetime) -> uuid.UUID:
    """The least UUID of version 7 that could be made at ``moment``."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)


def create_partition_sql(month: datetime) -> str:
    """The statement that makes the partition of ``month`` unless it is there."""
    name = f"{TABLE}_{month:%Y_%m}"
    return (
        f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {TABLE}"
        f" FOR VALUES FROM ('{first_id(month)}') TO ('{first_id(next_month(month))}');"
        f" ALTER TABLE {name} ALTER COLUMN name SET STATISTICS {NAMES_KNOWN};"
        f" CREATE OR REPLACE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {name}"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();"
    )
