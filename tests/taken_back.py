"""What a test tries is taken back, so that the next try finds what this one found."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def taken_back() -> Iterator[None]:
    """Undo what the block writes; it is no `atomic` block, for what a service demands to be the outermost of.

    The savepoint is released, too: PostgreSQL would lay the next one into it, and look through all of them at each row
    that the test has written, thousands after thousands of tries.
    """
    mark = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(mark)
        transaction.savepoint_commit(mark)
