"""Columns in order (ids, times of arrival) are settled exactly, and little of them is kept (S3-31)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from dataquality.profiling import walk as walking
from dataquality.profiling import windows
from dataquality.profiling.in_order import InOrder
from dataquality.profiling.numbers import NumberPart
from dataquality.profiling.tables import ArrowTable
from dataquality.profiling.walk import Walk

pytestmark = pytest.mark.usefixtures("few_kept")


@pytest.mark.parametrize("sign", [1, -1])
def test_values_in_order_take_two_looks_and_no_more(sign: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that rises twice has no window from its first rows; those of the second look come from all of it and hold."""
    monkeypatch.setattr(windows, "KEPT", 2048)
    monkeypatch.setattr(walking, "settle_by_digits", lambda *_: pytest.fail("another look was needed"))
    values = sign * np.tile(np.arange(200_000.0), 2)
    (profile,) = Walk(ArrowTable(pa.table({"rising": values}), 4000)).run().profiles
    assert profile.number is not None
    assert profile.number.quartiles == tuple(np.quantile(values, [0.25, 0.75]))


def _in_order(shape: str) -> np.ndarray:
    """A column of which the first rows are in order."""
    random = np.random.default_rng(list(shape.encode()))
    rows = np.arange(120_000.0)
    match shape:
        case "rising":
            return rows
        case "falling":
            return -rows
        case "jitters":
            return rows + random.integers(-40, 40, len(rows)) * (rows % 9 == 0)
        case "steps":
            return 2 * rows // 3
        case "holes":
            return np.where(random.random(len(rows)) < 0.03, np.nan, rows)
        case "endless":
            return np.where(random.random(len(rows)) < 0.01, np.inf, rows)
        case "far out":
            return np.where(random.random(len(rows)) < 0.001, rows * 50, rows)
        case "ever steeper":
            return rows**9
        case "empty half":
            return np.where(rows < 50_000, np.where(rows % 9 == 0, rows, np.nan), rows)
        case "twice":
            return np.concatenate([rows[:60_000], rows[:60_000]])
        case "then none":
            return np.where(rows < 9000, rows, random.normal(0, 1e5, len(rows)))
        case "one is elsewhere":
            return np.where(rows == 100_000, 5.0, rows)
    raise AssertionError(shape)


_ONE_LOOK = ["rising", "falling", "jitters", "steps", "holes", "endless"]
_TWO_LOOKS = ["far out", "ever steeper", "empty half", "twice", "then none", "one is elsewhere"]


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("shape", _ONE_LOOK + _TWO_LOOKS)
def test_a_column_in_order_is_kept_near_its_quartiles_alone(
    shape: str, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3-31: what is kept settles it in one look where it can, else another look does; both find what numpy finds."""
    looked = []
    look_again = Walk._look_again
    monkeypatch.setattr(Walk, "_look_again", lambda *args: looked.append(args) or look_again(*args))
    values = _in_order(shape)
    walked = Walk(ArrowTable(pa.table({"a": pa.array(values, from_pandas=True)}), 1000), threads=threads).run()
    number = walked.profiles[0].number
    assert number is not None
    assert bool(looked) == (shape in _TWO_LOOKS)
    finite = values[np.isfinite(values)]
    lower, upper = np.quantile(finite, [0.25, 0.75])
    assert (number.finite, number.quartiles) == (len(finite), (lower, upper))
    spread = upper - lower
    outside = np.isfinite(values) & ((values < lower - 1.5 * spread) | (values > upper + 1.5 * spread))
    assert number.beyond == outside.sum()
    assert list(number.first_beyond) == [(row + 1, values[row]) for row in np.flatnonzero(outside)[:5]]


def test_of_a_column_in_order_few_values_stay_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """S3-31: however long it is, two stretches of it."""
    kept = []
    add = InOrder.add

    def added(self: InOrder, part: NumberPart, start: int) -> None:
        add(self, part, start)
        kept.append(sum(len(values) for stretch in self._stretches for values in stretch.kept.values()))

    monkeypatch.setattr(InOrder, "add", added)
    Walk(ArrowTable(pa.table({"a": np.arange(400_000)}), 500), threads=1).run()
    assert len(kept) == 800
    assert 0 < max(kept) <= 4 * 1000
