"""The policy on many runs of many features: hardly a false alarm, no small shift missed, no fuss over large tables."""

from __future__ import annotations

from functools import cache

import numpy as np

from monitoring.drift.evaluation import decide
from monitoring.drift.statistics.base import Drift
from monitoring.drift.statistics.ks import KolmogorovSmirnov, ks_p_value

SIZE = 2000


@cache
def p_value(steps: int) -> float:
    return ks_p_value(steps / SIZE, SIZE, SIZE)


def test_five_hundred_unchanged_features_raise_in_at_most_five_of_a_hundred_runs() -> None:
    """S3-48. Where nothing changed D depends on ranks alone: a random walk of as many steps up as down."""
    random = np.random.default_rng(20)
    steps = np.tile(np.repeat(np.array([1, -1], np.int16), SIZE), (500, 1))
    raised = 0
    for _ in range(100):
        walks = random.permuted(steps, axis=1).cumsum(axis=1, dtype=np.int16)
        gaps = np.abs(walks).max(axis=1).tolist()
        drifts = {str(name): Drift(gap / SIZE, p_value(gap), SIZE, SIZE, 0.0, 1) for name, gap in enumerate(gaps)}
        raised += any(verdict.drifted for verdict in decide(drifts).values())
    assert raised <= 5


def test_a_shift_of_a_tenth_of_sigma_is_found_in_ten_thousand_rows() -> None:
    """S3-48: in at least 95 of 100 runs."""
    random = np.random.default_rng(21)
    test = KolmogorovSmirnov()
    found = 0
    for _ in range(100):
        drift = test.compare(random.normal(0, 1, 10_000), random.normal(0.1, 1, 10_000))
        found += decide({"a": drift})["a"].drifted
    assert found >= 95


def test_a_million_rows_with_a_gap_of_three_thousandths_stay_quiet() -> None:
    values = np.arange(1_000_000) / 1_000_000
    drift = KolmogorovSmirnov().compare(values, values + 0.003)
    assert 0.003 <= drift.statistic < 0.00301
    verdict = decide({"a": drift})["a"]
    assert verdict.is_significant
    assert not verdict.drifted
