"""A sealed ledger for the tests of one module. Models are imported late: this file is read before the settings."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .sealed import CommittedLedger


@pytest.fixture(scope="module")
def committed(django_db_setup: None, django_db_blocker: Any) -> Iterator["CommittedLedger"]:
    """Committed once: the sealer sees committed rows alone. Each test then works in a transaction of its own."""
    from .sealed import CommittedLedger, put_back

    with django_db_blocker.unblock():
        found = CommittedLedger()
        for rows in (40, 1, 300, 200, 90):
            found.grow(rows)
    yield found
    with django_db_blocker.unblock():
        put_back()


@pytest.fixture
def ledger(committed: "CommittedLedger", db: None) -> Iterator["CommittedLedger"]:
    """It, with what the test does to its anchor undone afterwards."""
    notes = list(committed.notes)
    yield committed
    committed.notes = notes
