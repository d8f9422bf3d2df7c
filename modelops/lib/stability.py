"""The population stability index and how large it becomes by chance alone. Pure arithmetic."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

EMPTY = 0.5  # an empty group counts as half an observation
STABLE, SHIFTED = 0.1, 0.25  # below the first a population is called stable, above the second shifted


def stability_index(reference: Sequence[int], current: Sequence[int]) -> float:
    """Σ (q - p) ln(q / p) over groups that both samples are counted in, in nats, ≥ 0.

    Source: N. Siddiqi, "Credit Risk Scorecards" (2006), p. 136; it is Jeffreys' divergence (H. Jeffreys, "An invariant
    form for the prior probability in estimation problems", Proc. R. Soc. A 186, 1946).

    >>> stability_index([50, 50], [50, 50]), round(stability_index([50, 50], [90, 10]), 3)
    (0.0, 0.879)
    """
    first, second = ([max(float(count), EMPTY) for count in counts] for counts in (reference, current))
    n, m = math.fsum(first), math.fsum(second)
    return math.fsum((q / m - p / n) * math.log((q / m) / (p / n)) for p, q in zip(first, second, strict=True))


def by_chance(groups: int, n: int, m: int, probability: float) -> float:
    """What the index of two samples of one population exceeds with this probability only.

    The index times n m / (n + m) follows a chi-square distribution (B. Yurdakul and J. Naranjo, "Statistical properties
    of the population stability index", J. Risk Model Validation 14, 2020); its quantile is that of E. B. Wilson and
    M. M. Hilferty, "The distribution of chi-square", Proc. Natl. Acad. Sci. 17 (1931).

    >>> round(by_chance(10, 1000, 1000, 0.05), 4)  # 16.919 of the tables, times 1/1000 + 1/1000
    0.0338
    """
    freedom = max(1, groups - 1)
    z = NormalDist().inv_cdf(1 - probability)
    part = 2 / (9 * freedom)
    return float(freedom * (1 - part + z * math.sqrt(part)) ** 3 * (1 / n + 1 / m))
