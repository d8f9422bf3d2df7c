"""Tests do not wait until other processes know the new key: there are none."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The ring of the process outlives the rolled-back rows of a test."""
    from compliance.keys import moving
    from modelops.crypto.keyring import keyring

    monkeypatch.setattr(moving, "SETTLED_AFTER_S", 0.0)
    keyring.forget()
    yield
    keyring.forget()
