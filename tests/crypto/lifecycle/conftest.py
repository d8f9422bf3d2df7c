"""The ring of the process outlives the rolled-back rows of a test."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _ring() -> Iterator[None]:
    from modelops.crypto.keyring import keyring

    keyring.forget()
    yield
    keyring.forget()
