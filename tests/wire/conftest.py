"""An empty place of each kind of store."""

from pathlib import Path

import pytest

from .fixtures import KINDS, Place, Servers, new_place, wire_servers

__all__ = ["wire_servers"]


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, wire_servers: Servers, tmp_path: Path) -> Place:
    """A folder, a bucket or a container; the test runs once for each."""
    return new_place(request.param, wire_servers, tmp_path)


@pytest.fixture(params=[kind for kind in KINDS if kind != "gcs"])
def strict_place(request: pytest.FixtureRequest, wire_servers: Servers, tmp_path: Path) -> Place:
    """The same without Google's emulator, which passes over the condition that real writes carry."""
    return new_place(request.param, wire_servers, tmp_path)
