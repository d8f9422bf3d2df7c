"""Whether private receivers may be called is said by each test; by default they may not, as in production."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _only_public_receivers(settings: Any) -> None:
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = False
    settings.MODELOPS_ALERT_GROUP_WAIT_S = 0


@pytest.fixture
def private_receivers(_only_public_receivers: None, settings: Any) -> None:
    """The receivers of the tests stand on this machine."""
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
