"""Fixtures of tests that look at pages: a browser to look with, and a place for what was seen."""

import os
import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of an installed Chromium; without one the test is skipped, and says so."""
    named = os.environ.get("CHROME_BIN")
    found = named if named and Path(named).exists() else None
    found = found or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("No Chromium is installed: apt-get install chromium, or name one with CHROME_BIN.")
    return found


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: to PORTAL_TEST_PICTURES; without it none are kept (tests/portal/browser.py)."""
    folder = Path(os.environ.get("PORTAL_TEST_PICTURES") or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
