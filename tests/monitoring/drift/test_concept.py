"""Concept drift is seen where it begins, and not where chance alone is at work (S3-47)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from monitoring.drift import adwin, concept
from monitoring.drift.adwin import Adwin
from monitoring.drift.concept import PageHinkley, has_fallen, share, windows

# Errors of a model at these rates, each for so many answers, drawn from this seed; then where river 0.26 sees
# the changes: its ADWIN all of them, its PageHinkley(mode="up") the first rise.
STREAMS = [
    (1, 4000, (0.1, 0.2), [4351], 4404),
    (2, 5000, (0.1, 0.1), [], 9022),
    (3, 3000, (0.05, 0.3, 0.05), [3103, 6175], 3194),
    (4, 6000, (0.2, 0.25), [10847], 6830),
    (5, 2000, (0.5, 0.55, 0.9, 0.1), [4063, 6015], 3357),
]


@pytest.fixture(params=["plain", "compiled"])
def path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways through the loops."""
    for module, name in ((adwin, "_changes"), (concept, "_page_hinkley")):
        loop = getattr(module, name)
        monkeypatch.setattr(module, name, loop.twin if request.param == "plain" else loop.compile() or loop.twin)


def errors(seed: int, length: int, rates: tuple[float, ...]) -> np.ndarray:
    random = np.random.default_rng(seed)
    return (random.random(length * len(rates)) < np.repeat(rates, length)).astype(float)


@pytest.mark.parametrize(("seed", "length", "rates", "changes", "rise"), STREAMS)
def test_changes_are_seen_where_river_sees_them(
    seed: int, length: int, rates: tuple[float, ...], changes: list[int], rise: int | None, path: None
) -> None:
    """S3-47: ADWIN and Page-Hinkley have the same detection index as river's."""
    stream = errors(seed, length, rates)
    assert Adwin().changes(stream) == changes
    assert PageHinkley().first_rise(stream) == rise


def test_a_fall_of_five_points_counts_among_a_thousand_and_not_among_twenty() -> None:
    """S3-47: the interval of the window decides, and is shown."""
    assert has_fallen(0.90, share(850, 1000))
    few = share(17, 20)
    assert not has_fallen(0.90, few)
    assert (round(few.low, 3), round(few.high, 3)) == (0.64, 0.948)


def test_the_interval_is_wilsons() -> None:
    """Wilson's own form: the roots of (p - v)² = z² v (1 - v) / n."""
    for right, count in ((0, 5), (5, 5), (3, 7), (990, 1000)):
        found = share(right, count)
        for edge in (found.low, found.high):
            left = (found.value - edge) ** 2
            assert left == pytest.approx(concept.Z**2 * edge * (1 - edge) / count, abs=1e-12)
    assert math.isnan(share(0, 0).value)
    assert not has_fallen(0.9, share(0, 0))


def test_windows_slide() -> None:
    right = [True] * 100 + [False] * 50
    assert [window.value for window in windows(right, 50)] == [1.0, 1.0, 0.0]
    assert [window.value for window in windows(right, 100, step=25)] == [1.0, 0.75, 0.5]
    assert [window.count for window in windows(right[:7], 50)] == [7]
