"""Fixtures of the account tests."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone


class Clock:
    """The time that the portal reads; it can be set forward."""

    def __init__(self) -> None:
        self.ahead = dt.timedelta()

    def now(self) -> dt.datetime:
        """The time now."""
        return dt.datetime.now(dt.UTC) + self.ahead

    def forward(self, **amount: float) -> None:
        """Let time pass."""
        self.ahead += dt.timedelta(**amount)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that a test can set forward."""
    own = Clock()
    monkeypatch.setattr(timezone, "now", own.now)
    return own


@pytest.fixture
def rows() -> Callable[..., int]:
    """Counts rows of the ledger by name of the event and, if given, outcome."""
    from compliance.audit.models import AuditEvent

    return lambda name, **more: AuditEvent.objects.filter(name=name, **more).count()
