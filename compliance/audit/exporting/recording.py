"""First the row, then the file: what the ledger cannot record is not given out."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, transaction

from modelops.lib.errors import Unavailable


@contextmanager
def recorded_or_nothing() -> Iterator[None]:
    """A transaction to record in that something leaves. Raises Unavailable when it cannot be recorded."""
    try:
        with transaction.atomic():
            yield
    except DatabaseError:
        raise Unavailable(
            "This could not be recorded in the ledger, so nothing is given out. Try again when the database is back.",
            code="export.not_recorded",
        ) from None
