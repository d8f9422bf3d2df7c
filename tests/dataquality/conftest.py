"""What several tests of the engine share."""

import pytest

from dataquality.profiling import walk as walking


@pytest.fixture
def few_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows open after a thousand values, as they do in tables that are too large for a test."""
    monkeypatch.setattr(walking, "_KEPT_NUMBERS", 1000)
