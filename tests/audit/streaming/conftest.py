"""A small sealed ledger, and leave to send it to this machine."""

from pathlib import Path
from typing import Any

import pytest

# The portal's modules are imported when a fixture is made: this file is read before the settings are.


@pytest.fixture
def private_receivers(settings: Any, tmp_path: Path) -> None:
    """Receivers on this machine may be called; files go to the test's own folder."""
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    settings.MODELOPS_HOME = tmp_path


@pytest.fixture
def ledger(db: None) -> Any:
    """60 sealed rows, or a few more."""
    from tests.audit.exporting.kit import write
    from tests.audit.exporting.sealing import SealedLedger

    write(60)
    sealed = SealedLedger()
    sealed.seal()
    return sealed
