"""What happens while the tests are found: each is compiled once, their order is made, nobody looks for garbage."""

import contextlib
import gc
import importlib
import os
from pathlib import Path
from typing import Any

import pytest

from tests.spreading import LIVE_TESTS, Spread

TESTS = Path(__file__).parent


class Collecting:
    """A plugin, registered before anything is collected."""

    def __init__(self) -> None:
        gc.disable()

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Spread | None:
        """Hand out the tests one at a time, to each process what it is for."""
        return Spread(config, log) if config.getoption("dist") == "loadgroup" else None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Before it looks for tests in all files, each process loads a share of them.

        All go through the files at the same pace: in a new folder each would rewrite the assertions of every one.
        """
        worker = os.environ.get("PYTEST_XDIST_WORKER")
        if worker is None or [Path(one).resolve() for one in session.config.args] != [TESTS]:
            return
        files = sorted(TESTS.rglob("test_*.py"))
        for path in files[int(worker.removeprefix("gw")) :: int(os.environ["PYTEST_XDIST_WORKER_COUNT"])]:
            # One that cannot be loaded is told of when it is looked into.
            with contextlib.suppress(Exception, pytest.skip.Exception):
                importlib.import_module(".".join(path.relative_to(TESTS.parent).with_suffix("").parts))

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Begin with what takes long, so that the processes end at the same time.

        Tests of the live portal come first and in a row: a process that has some starts a portal once (`Spread`).
        """
        items.sort(key=lambda item: 0 if is_live(item) else 1 if item.get_closest_marker("slow") else 2)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Modules and tests are there until the end: from now on, garbage is looked for among the rest alone.

        It is looked for less often than usual: a test leaves little, and each look goes through all that requests made.
        """
        if "PYTEST_XDIST_WORKER" in os.environ:
            self._tell_live_tests(session.items)
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        gc.enable()

    def _tell_live_tests(self, items: list[pytest.Item]) -> None:
        """Each process finds the same number, and each writes it before it says that it has collected."""
        target = Path(os.environ[LIVE_TESTS])
        own = target.with_suffix(f".{os.environ['PYTEST_XDIST_WORKER']}")
        own.write_text(str(sum(map(is_live, items))), encoding="utf-8")
        own.replace(target)


def is_live(item: pytest.Item | None) -> bool:
    """Whether a test uses the live portal."""
    return "live_portal" in getattr(item, "fixturenames", ())
