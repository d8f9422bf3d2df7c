"""What the schedule does for the ledger's tables: months to come, and words to search by."""

from typing import Final

from celery import shared_task
from django.db import OperationalError, connection

from modelops.jobs.schedule import scheduled

AHEAD: Final = 3
_WORDS_AT_ONCE: Final = 20_000


@scheduled("Months of the audit log", every_s=6 * 3600, vital=True)
@shared_task(name="ledger_desk.make_months")
def make_months() -> list[str]:
    """Make the ledger's next months, which the application may do through one function and in no other way."""
    with connection.cursor() as cursor:
        try:
            cursor.execute("SELECT audit_make_months(%s)", [AHEAD])
        except OperationalError:
            return []  # a long reader holds the table; months are made long before, so the next run is in time
        return [name for (name,) in cursor.fetchall()]


@scheduled("Words of the audit log", every_s=30)
@shared_task(name="ledger_desk.take_words")
def take_words() -> int:
    """Take the words of new rows, so that they can be searched for."""
    total = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT audit_take_words(%s)", [_WORDS_AT_ONCE])
            (taken,) = cursor.fetchone()
            total += taken
            if taken < _WORDS_AT_ONCE:
                return total
