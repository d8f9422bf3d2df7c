"""The Kolmogorov-Smirnov statistic equals scipy's and says what it left out (S3-46)."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from monitoring.drift.statistics import TooFewValues, statistics

FINITE = st.floats(allow_nan=False, allow_infinity=False)
TIED = st.integers(-3, 3).map(float)
SAMPLES = st.one_of(st.lists(FINITE, min_size=2, max_size=60), st.lists(TIED, min_size=2, max_size=60))


def ks():
    return statistics.get("ks")()


def assert_equals_scipy(reference: np.ndarray, current: np.ndarray) -> None:
    measured = ks().compare(reference, current)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        expected = stats.ks_2samp(reference, current)
    assert measured.statistic == pytest.approx(expected.statistic, abs=1e-12)
    assert measured.p_value == pytest.approx(expected.pvalue, abs=1e-12)
    assert measured.location == expected.statistic_location
    assert measured.sign == expected.statistic_sign


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SAMPLES, SAMPLES)
def test_small_samples_equal_scipy(reference: list[float], current: list[float]) -> None:
    assert_equals_scipy(np.array(reference), np.array(current))


@pytest.mark.parametrize(("n", "m"), [(10_000, 10_000), (10_001, 500), (50_000, 20_000), (30_000, 30_001)])
@pytest.mark.parametrize("shift", [0.0, 0.03, 2.0])
def test_large_samples_equal_scipy(n: int, m: int, shift: float) -> None:
    random = np.random.default_rng(n + m)
    assert_equals_scipy(random.normal(size=n), random.normal(shift, size=m))


@pytest.mark.parametrize("size", [500, 12_000])
def test_tied_integer_samples_equal_scipy(size: int) -> None:
    random = np.random.default_rng(size)
    assert_equals_scipy(random.integers(0, 24, size), random.integers(0, 23, size * 2))


def test_integers_beyond_the_precision_of_a_float_are_told_apart() -> None:
    base = 2**53
    reference = np.array([base, base + 1, base + 2, base + 3])
    current = np.array([base + 1, base + 3, base + 5, base + 7])
    assert_equals_scipy(reference, current)


def test_missing_and_infinite_values_are_left_out_and_counted() -> None:
    measured = ks().compare(np.array([1.0, np.nan, 2.0, 3.0]), np.array([np.inf, 2.0, 5.0, -np.inf, np.nan]))
    clean = ks().compare(np.array([1.0, 2.0, 3.0]), np.array([2.0, 5.0]))
    assert (measured.dropped_reference, measured.dropped_current) == (1, 3)
    assert (measured.n_reference, measured.n_current) == (3, 2)
    assert (measured.statistic, measured.p_value) == (clean.statistic, clean.p_value)


@pytest.mark.parametrize("current", [[], [1.0], [np.nan, np.nan], [np.inf, 1.0]])
def test_fewer_than_two_finite_values_are_refused(current: list[float]) -> None:
    with pytest.raises(TooFewValues, match=r"The current sample has \d finite values; at least 2 are needed\."):
        ks().compare(np.array([1.0, 2.0]), np.array(current))
    assert ks().compare(np.array([1.0, 2.0]), np.array([1.0, 2.0])).statistic == 0


def test_text_is_not_compared_as_if_it_were_numbers() -> None:
    with pytest.raises(TypeError, match="numbers"):
        ks().compare(np.array(["a", "b"]), np.array(["a", "c"]))


def test_the_same_sample_twice_has_no_gap() -> None:
    values = np.random.default_rng(1).normal(size=1000)
    measured = ks().compare(values, values)
    assert measured.statistic == 0
    assert measured.p_value == 1
