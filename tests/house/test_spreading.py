"""Tests of the live portal and those that compute run side by side from the beginning."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONFTEST = """
import os
import pytest
from pathlib import Path
from tests.collecting import Collecting
from tests.spreading import LIVE_TESTS

def pytest_configure(config):
    os.environ.setdefault(LIVE_TESTS, str(Path(__file__).parent / "live-tests"))
    config.pluginmanager.register(Collecting())

@pytest.fixture
def live_portal():
    pass

@pytest.fixture(autouse=True)
def _seen(request):
    with (Path(__file__).parent / os.environ["PYTEST_XDIST_WORKER"]).open("a") as stream:
        stream.write(f"{request.node.name}\\n")
"""
TESTS = """
import time, pytest

@pytest.mark.parametrize("number", range(20))
def test_quick(number):
    time.sleep(0.02)

@pytest.mark.parametrize("number", range(4))
def test_live(live_portal, number):
    time.sleep(0.1)

@pytest.mark.slow
@pytest.mark.parametrize("number", range(4))
def test_slow(number):
    time.sleep(0.1)
"""


def test_one_process_begins_with_the_live_portal_and_one_without(tmp_path: Path) -> None:
    """Each test runs once, each kind in its order, and who is through takes from the rest."""
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_kinds.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = slow: long\n")
    env = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    options = ["-n", "2", "--dist=loadgroup", "-p", "no:django", "-p", "no:hypothesispytest", "-p", "no:schemathesis"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *options, str(tmp_path)],
        cwd=tmp_path, env=env | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert "28 passed" in done.stdout, done.stdout + done.stderr
    live, other = ((tmp_path / name).read_text().split() for name in ("gw0", "gw1"))
    assert live[:4] == [f"test_live[{number}]" for number in range(4)]
    assert other[:3] == [f"test_slow[{number}]" for number in range(3)]
    assert len({*live, *other}) == 28
    assert all(any(name.startswith("test_quick") for name in names) for names in (live, other))
