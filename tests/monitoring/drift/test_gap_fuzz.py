"""The gap that is found without sorting is scipy's: statistic, location, sign and p-value (S3-46)."""

from __future__ import annotations

import os
import warnings

import numpy as np
import pytest
from scipy import stats

from monitoring.drift import buckets, gap
from monitoring.drift.gap import Ordered, largest_gap
from monitoring.drift.statistics.ks import canonical, finite_sorted, ks_p_value
from tests.monitoring.drift.adversaries import pair

CASES = 200 * int(os.environ.get("PORTAL_TEST_KILLS", "6"))
ALTERNATIVES = ("two-sided", "less", "greater")
LOOPS = (
    (buckets, "_count"),
    (buckets, "_count_singles"),
    (buckets, "_gather"),
    (buckets, "_sum_up"),
    (gap, "_at_borders"),
    (gap, "_that_may_beat"),
    (gap, "_that_reach"),
)


@pytest.fixture(params=["numpy", "compiled"])
def path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each of the two ways through the inner loops."""
    for module, name in LOOPS:
        loop = getattr(module, name)
        monkeypatch.setattr(module, name, loop.twin if request.param == "numpy" else loop.compile() or loop.twin)
    return request.param


def finite(sample: np.ndarray) -> np.ndarray:
    return sample[np.isfinite(sample)] if sample.dtype.kind == "f" else sample


def test_adversarial_samples_equal_scipy(path: str) -> None:
    """S3-46: ties, constants, infinities, subnormals, whole numbers beyond 2^53; 1,200 cases, by demand 12,000."""
    random = np.random.default_rng(46)
    for case in range(CASES):
        one, other = pair(random, 400 if case % 20 else 4000)
        alternative = ALTERNATIVES[case % 3]
        ordered, dropped = finite_sorted(one)
        found_gap, counted = largest_gap(Ordered.of(ordered), canonical(other), alternative=alternative)
        assert (len(ordered) + dropped, counted) == (len(one), len(finite(other)))
        first, second = ordered, finite(canonical(other))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            expected = stats.ks_2samp(first, second, alternative=alternative, method="asymp")
        found = (found_gap.statistic, found_gap.location, found_gap.sign)
        assert found == (
            pytest.approx(expected.statistic, abs=1e-12), expected.statistic_location, expected.statistic_sign
        ), (case, alternative)  # fmt: skip
        p_value = ks_p_value(found_gap.statistic, len(first), counted, alternative=alternative, method="asymp")
        assert p_value == pytest.approx(expected.pvalue, abs=1e-12)


@pytest.mark.parametrize("method", ["auto", "exact", "asymp"])
@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_the_p_value_depends_on_gap_and_sizes_alone(method: str, alternative: str) -> None:
    """S3-46: what scipy computes from two samples comes out of statistic and sizes, in each of its modes."""
    random = np.random.default_rng(3)
    for n, m in ((7, 7), (30, 41), (200, 333), (1000, 10)):
        one, other = random.normal(size=n), random.normal(0.3, 1, size=m)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            expected = stats.ks_2samp(one, other, alternative=alternative, method=method)
        found = ks_p_value(expected.statistic, n, m, alternative=alternative, method=method)
        assert found == pytest.approx(expected.pvalue, abs=1e-12)


@pytest.mark.parametrize("n", [5000, 6161, 99_991, 250_000, 500_000, 1_000_000, 3_000_000])
def test_the_quick_p_value_equals_scipy(n: int) -> None:
    """S3-46: from certain chance to impossible, where the p-value takes no sum over all values."""
    random = np.random.default_rng(n)
    # scipy takes a second for each of the largest, between a whole sum and its asymptote.
    for square in 10 ** random.uniform(-2.3, 2.6, CASES // (150 if 250_000 < n <= 1_000_000 else 30)):
        statistic = float(np.sqrt(square / n))
        found = ks_p_value(statistic, 2 * n, 2 * n, method="asymp")
        assert found == pytest.approx(stats.kstwo.sf(statistic, n), abs=1e-12)


def test_large_samples_are_not_sorted(path: str) -> None:
    """S3-46: of 300,000 values a few hundred are looked at a second time, and D is scipy's."""
    random = np.random.default_rng(1)
    one, other = random.normal(size=300_000), random.normal(0.003, 1, size=300_000)
    ordered, _ = finite_sorted(one)
    opened = []
    reference = Ordered.of(ordered)
    reference = Ordered(
        reference.size,
        reference.kind,
        lambda start, stop: opened.append(stop - start) or ordered[start:stop],
        reference.buckets,
        reference.upto,
    )
    found, _ = largest_gap(reference, other)
    expected = stats.ks_2samp(one, other)
    assert (found.statistic, found.location) == (
        pytest.approx(expected.statistic, abs=1e-12),
        expected.statistic_location,
    )
    assert 0 < sum(opened) < 0.05 * len(one)
