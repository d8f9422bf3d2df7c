"""The chi-square test of homogeneity."""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

from monitoring.drift.buckets import numpy

# Below an expected count of five the distribution is not chi-square any more (W. G. Cochran, "Some methods for
# strengthening the common chi-square tests", Biometrics 10, 1954): such categories are counted as one.
EXPECTED_AT_LEAST = 5.0
# A quarter of a second of imports is saved up to here.
SUMMED_UP_TO, HALF_UP_TO = 200, 600.0


@dataclass(frozen=True)
class ChiSquare:
    """``statistic`` with its degrees of freedom and the p-value; ``effect`` is Cramér's V, from 0 to 1."""

    statistic: float
    freedom: int
    p_value: float
    effect: float


def chi_square(reference: Sequence[int], current: Sequence[int]) -> ChiSquare:
    """Whether two samples of categories are from one distribution; rare categories are pooled.

    Equal to ``scipy.stats.chi2_contingency(table, correction=False)`` of the pooled table. Source: K. Pearson, "On the
    criterion that a given system of deviations…", Philos. Mag. 50 (1900); H. Cramér, "Mathematical Methods of
    Statistics" (1946), p. 282.
    """
    np = numpy()
    table = np.array([reference, current], np.float64)
    table = table[:, table.sum(axis=0) > 0]
    total, rows = table.sum(), table.sum(axis=1)
    rare = table.sum(axis=0) * rows.min() / total < EXPECTED_AT_LEAST
    if rare.sum() > 1:
        table = np.concatenate([table[:, ~rare], table[:, rare].sum(axis=1, keepdims=True)], axis=1)
    if table.shape[1] < 2:
        return ChiSquare(0.0, 0, 1.0, 0.0)
    expected = np.outer(rows, table.sum(axis=0)) / total
    statistic = float(((table - expected) ** 2 / expected).sum())
    freedom = table.shape[1] - 1
    return ChiSquare(statistic, freedom, upper_tail(freedom, statistic), float(np.sqrt(statistic / total)))


def upper_tail(freedom: int, statistic: float) -> float:
    """How often a chi-square of so many degrees of freedom is ``statistic`` or more.

    A finite sum of terms above zero (M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions", 26.4.4 and 5),
    equal to ``scipy.special.chdtrc`` to 1e-13; that is asked where terms are many or begin below every float.
    """
    half = statistic / 2
    if freedom > SUMMED_UP_TO or half > HALF_UP_TO:
        return float(importlib.import_module("scipy.special").chdtrc(freedom, statistic))
    if freedom % 2:
        found, term, power = math.erfc(math.sqrt(half)), math.exp(-half) * math.sqrt(half / math.pi) * 2, 1.5
    else:
        found, term, power = 0.0, math.exp(-half), 1.0
    for _ in range(freedom // 2):
        found += term
        term *= half / power
        power += 1
    return min(found, 1.0)
