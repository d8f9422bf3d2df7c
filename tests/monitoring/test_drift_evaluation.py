"""Drift is called only when it is significant after correction and large enough (S3-48)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from monitoring.drift.evaluation import Policy, adjust, decide
from monitoring.drift.statistics import Drift, statistics
from monitoring.drift.statistics import ks as ks_module


def drift(statistic: float, p_value: float) -> Drift:
    return Drift(statistic, p_value, n_reference=100, n_current=100, location=0.0, sign=1)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_adjusted_p_values_equal_scipy(p_values: list[float]) -> None:
    assert adjust(p_values) == pytest.approx(stats.false_discovery_control(p_values).tolist(), abs=1e-12)


def test_a_small_difference_is_significant_but_no_drift() -> None:
    verdicts = decide({"tiny": drift(0.003, 1e-9), "large": drift(0.2, 1e-9)})
    assert verdicts["tiny"].is_significant
    assert not verdicts["tiny"].drifted
    assert verdicts["large"].drifted


def test_a_large_difference_of_few_values_is_no_drift() -> None:
    verdicts = decide({"few": drift(0.4, 0.3)})
    assert verdicts["few"].is_large_enough
    assert not verdicts["few"].drifted


def test_one_small_p_value_among_many_is_not_enough() -> None:
    alone = decide({"a": drift(0.2, 0.008)})
    among_many = decide({"a": drift(0.2, 0.008)} | {f"f{number}": drift(0.0, 0.9) for number in range(9)})
    assert alone["a"].drifted
    assert not among_many["a"].drifted


def test_unchanged_features_raise_hardly_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """At most 5 of 100 runs over 500 features of one distribution call any of them (here 20 runs: at most 1)."""
    # Ten thousand gaps are some hundred different ones, and SciPy counts paths for each anew.
    monkeypatch.setattr(ks_module, "ks_p_value", cache(ks_module.ks_p_value))
    random = np.random.default_rng(20130101)
    ks = statistics.get("ks")()
    called = 0
    for _ in range(20):
        features = {f"f{number}": ks.compare(random.normal(size=120), random.normal(size=100)) for number in range(500)}
        called += any(verdict.drifted for verdict in decide(features).values())
    assert called <= 1


def test_a_tenth_of_a_standard_deviation_is_found_among_ten_thousand() -> None:
    random = np.random.default_rng(7)
    ks = statistics.get("ks")()
    found = sum(
        decide({"x": ks.compare(random.normal(size=10_001), random.normal(0.1, size=10_001))})["x"].drifted
        for _ in range(60)
    )
    assert found >= 57


def test_a_million_rows_with_a_gap_of_three_thousandths_stay_quiet() -> None:
    n = 1_000_000
    reference = np.arange(n) / n
    measured = statistics.get("ks")().compare(reference, reference + 0.003)
    assert measured.statistic == pytest.approx(0.003, abs=1e-5)
    assert not decide({"x": measured})["x"].drifted


def test_no_feature_gives_no_verdict() -> None:
    assert decide({}) == {}


@pytest.mark.parametrize("alpha", [0.0, 1.0, -1.0])
def test_an_alpha_outside_its_range_is_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match="alpha"):
        Policy(alpha=alpha)
