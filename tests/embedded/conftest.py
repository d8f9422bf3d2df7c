"""Homes of their own for tests that start and stop servers."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modelops.embedded import services
from modelops.embedded.paths import CHECKOUT, Home
from modelops.embedded.problems import CannotStart

# What the test run itself exports; the tests here act as a shell in which nothing is set.
RUN_VARIABLES = (
    "DATABASE_URL",
    "MODELOPS_OWNER_DATABASE_URL",
    "MODELOPS_SEALER_DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "MODELOPS_ROOT_KEY",
    "MODELOPS_ENV",
    "DJANGO_SETTINGS_MODULE",
    "MODELOPS_HOME",
    "CI",
)


@pytest.fixture(autouse=True)
def _plain_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in RUN_VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def new_home() -> Iterator[Callable[[], Home]]:
    """Makes homes in a folder that a service user may pass through; their servers are stopped at the end."""
    made: list[Home] = []

    def make() -> Home:
        parent = Path(tempfile.mkdtemp(prefix="mo-home-", dir="/tmp"))
        parent.chmod(0o711)
        made.append(Home(parent / "home"))
        return made[-1]

    yield make
    for home in made:
        with contextlib.suppress(CannotStart):
            services.down(home)
        shutil.rmtree(home.root.parent, ignore_errors=True)


@pytest.fixture
def home(new_home: Callable[[], Home]) -> Home:
    """One home in which nothing was started yet."""
    return new_home()


@pytest.fixture(scope="session")
def _template() -> Iterator[Path]:
    parent = Path(tempfile.mkdtemp(prefix="mo-home-", dir="/tmp"))
    parent.chmod(0o711)
    with pytest.MonkeyPatch.context() as patch:
        for name in RUN_VARIABLES:
            patch.delenv(name, raising=False)
        services.up(Home(parent / "home"))
        services.down(Home(parent / "home"))
    yield parent / "home"
    shutil.rmtree(parent)


@pytest.fixture
def stopped_home(home: Home, _template: Path) -> Home:
    """A home that was set up and stopped; a copy, which is quicker than another initdb."""
    subprocess.run(["cp", "-a", str(_template), str(home.root)], check=True)
    return home


@pytest.fixture
def shell() -> Callable[..., subprocess.Popen[str]]:
    """Starts ``python -m modelops.embedded …`` for a home, as the Makefile does."""

    def start(home: Home, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "modelops.embedded", *arguments],
            cwd=CHECKOUT,
            env={**os.environ, "MODELOPS_HOME": str(home.root), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    return start
