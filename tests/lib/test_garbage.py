"""No garbage is searched for while a process starts, and afterwards as ever."""

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest

from modelops.embedded.paths import CHECKOUT
from modelops.lib import garbage


@pytest.fixture(autouse=True)
def _searching_as_before() -> Iterator[None]:
    was = gc.isenabled()
    yield
    gc.enable() if was else gc.disable()


def test_the_search_pauses_and_goes_on_without_what_is_there() -> None:
    gc.enable()
    garbage.pause()
    assert not gc.isenabled()
    garbage.resume()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_who_searches_for_none_by_choice_is_left_alone() -> None:
    gc.disable()
    garbage.pause()
    garbage.resume()
    assert not gc.isenabled()


def test_a_process_that_has_started_searches() -> None:
    told = "import django, gc; django.setup(); print(gc.isenabled(), gc.get_freeze_count() > 100_000)"
    done = subprocess.run(
        [sys.executable, "-c", told], cwd=CHECKOUT, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.split() == ["True", "True"]
