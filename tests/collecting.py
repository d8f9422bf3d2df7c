"""What happens while the tests are found: their order is made, and nobody looks for garbage."""

import gc

import pytest


class Collecting:
    """A plugin, registered before anything is collected."""

    def __init__(self) -> None:
        gc.disable()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Begin with what takes long, so that the processes end at the same time.

        Tests of the live portal come first and in a row: each process starts a portal once, for its share of them.
        """
        items.sort(key=lambda item: 0 if is_live(item) else 1 if item.get_closest_marker("slow") else 2)

    def pytest_collection_finish(self) -> None:
        """Modules and tests are there until the end: from now on, garbage is looked for among the rest alone.

        It is looked for less often than usual: a test leaves little, and each look goes through all that requests made.
        """
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        gc.enable()


def is_live(item: pytest.Item | None) -> bool:
    """Whether a test uses the live portal."""
    return "live_portal" in getattr(item, "fixturenames", ())
