"""When is a difference drift? Significant after correction for many features, and large enough to matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .statistics.base import Drift

# A tenth of a standard deviation between two normal distributions is a largest gap of 2*Phi(0.05) - 1 = 0.0399 (Cohen,
# "Statistical Power Analysis for the Behavioral Sciences", 1988, calls twice that shift small). With 10,000 values on
# each side the measured gap then stays above 0.025 in more than 95 of 100 cases; below it nobody has to get up.
MINIMUM_EFFECT = 0.025
# The share of false discoveries among the features called drifted; when nothing drifted at all it is the chance of any
# call in a run (Benjamini and Hochberg, "Controlling the false discovery rate", J. R. Statist. Soc. B 57, 1995).
ALPHA = 0.01


@dataclass(frozen=True)
class Policy:
    """The two thresholds that a feature must pass to count as drifted."""

    alpha: float = ALPHA
    minimum_effect: float = MINIMUM_EFFECT

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise ValueError(f"alpha is {self.alpha}; a number between 0 and 1 is needed.")
        if not 0 <= self.minimum_effect <= 1:
            raise ValueError(f"The smallest effect is {self.minimum_effect}; a number from 0 to 1 is needed.")


DEFAULT = Policy()


@dataclass(frozen=True)
class Verdict:
    """The decision on one feature: both conditions and the p-value after correction."""

    adjusted_p_value: float
    is_significant: bool
    is_large_enough: bool

    @property
    def drifted(self) -> bool:
        """Both conditions hold."""
        return self.is_significant and self.is_large_enough


def adjust(p_values: Sequence[float]) -> list[float]:
    """Benjamini-Hochberg adjusted p-values in the given order: the smallest alpha at which each would be called.

    >>> [round(p, 3) for p in adjust([0.01, 0.04, 0.03, 0.005])]
    [0.02, 0.04, 0.04, 0.02]
    """
    count = len(p_values)
    adjusted = [1.0] * count
    lowest = 1.0
    descending = sorted(range(count), key=lambda index: p_values[index], reverse=True)
    for position, index in enumerate(descending):
        lowest = min(lowest, p_values[index] * count / (count - position))
        adjusted[index] = lowest
    return adjusted


def decide(drifts: Mapping[str, Drift], policy: Policy = DEFAULT) -> dict[str, Verdict]:
    """The verdict on every feature that could be compared, in the given order."""
    adjusted = adjust([drift.p_value for drift in drifts.values()])
    return {
        name: Verdict(
            adjusted_p_value=p_value,
            is_significant=p_value <= policy.alpha,
            is_large_enough=drift.statistic >= policy.minimum_effect,
        )
        for (name, drift), p_value in zip(drifts.items(), adjusted, strict=True)
    }
