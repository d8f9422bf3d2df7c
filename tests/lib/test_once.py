"""What is derived once per object, by threads that do not wait for each other (S3-31, S3-32)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from dataquality.profiling.cells import Cells
from modelops.lib.once import once


class _Meeting:
    """Its value is there when another object's is being derived at the same time."""

    both = Barrier(2)

    def __init__(self) -> None:
        self.derived = 0

    @once
    def value(self) -> int:
        """What is derived."""
        self.derived += 1
        return self.both.wait(timeout=30)


def test_threads_derive_for_their_objects_at_the_same_time() -> None:
    meetings = [_Meeting(), _Meeting()]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda meeting: meeting.value, meetings))
    assert sorted(found) == [0, 1]
    assert [meeting.value for meeting in meetings] == found  # kept: alone it would wait for another in vain
    assert [meeting.derived for meeting in meetings] == [1, 1]


def test_of_the_class_it_is_the_property_itself() -> None:
    assert isinstance(_Meeting.value, once)
    assert _Meeting.value.__doc__ == "What is derived."


def test_the_cells_of_a_walk_are_derived_so() -> None:
    lazy = {name for name, value in vars(Cells).items() if isinstance(value, once)}
    assert {"numbers", "_floats", "valid", "raw", "classes", "coded"} <= lazy
