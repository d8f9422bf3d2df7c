"""When is a difference drift? Significant after correction for many features, and large enough to matter."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .statistics.base import Drift

# A tenth of a standard deviation between two normal distributions is a largest gap of 2*Phi(0.05) - 1 = 0.0399 (Cohen,
# "Statistical Power Analysis for the Behavioral Sciences", 1988, calls twice that shift small). With 10,000 values on
# each side the measured gap then stays above 0.025 in more than 95 of 100 cases; below it nobody has to get up.
MINIMUM_EFFECT = 0.025
# The share of false discoveries among the features called drifted; when nothing drifted at all it is the chance of any
# call in a run (Benjamini and Hochberg, "Controlling the false discovery rate", J. R. Statist. Soc. B 57, 1995).
ALPHA = 0.01


Segment = tuple[str, str]
"""A column and one of its values: the rows that have it."""


@dataclass(frozen=True)
class FeaturePolicy:
    """What differs for one feature; ``importance`` is relative to the other features' (1 where nothing is said)."""

    minimum_effect: float | None = None
    ignored: bool = False
    importance: float = 1.0

    def __post_init__(self) -> None:
        if self.minimum_effect is not None and not 0 <= self.minimum_effect <= 1:
            raise ValueError(f"The smallest effect is {self.minimum_effect}; a number from 0 to 1 is needed.")
        if not 0 <= self.importance < math.inf:
            raise ValueError(f"The importance is {self.importance}; a number from 0 on is needed.")


@dataclass(frozen=True)
class SegmentPolicy:
    """What differs within one segment."""

    minimum_effect: float | None = None
    ignored: bool = False

    def __post_init__(self) -> None:
        if self.minimum_effect is not None and not 0 <= self.minimum_effect <= 1:
            raise ValueError(f"The smallest effect is {self.minimum_effect}; a number from 0 to 1 is needed.")


@dataclass(frozen=True)
class Policy:
    """The two thresholds that a feature must pass to count as drifted, and what differs feature by feature.

    The run counts as drifted from ``minimum_share`` of all importance on; 0 means any feature. ``segments`` says by
    column and value what differs within a segment.
    """

    alpha: float = ALPHA
    minimum_effect: float = MINIMUM_EFFECT
    minimum_share: float = 0.0
    features: Mapping[str, FeaturePolicy] = field(default_factory=dict)
    segments: Mapping[str, Mapping[str, SegmentPolicy]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise ValueError(f"alpha is {self.alpha}; a number between 0 and 1 is needed.")
        if not 0 <= self.minimum_effect <= 1:
            raise ValueError(f"The smallest effect is {self.minimum_effect}; a number from 0 to 1 is needed.")
        if not 0 <= self.minimum_share <= 1:
            raise ValueError(f"The smallest share is {self.minimum_share}; a number from 0 to 1 is needed.")

    def effect_of(self, name: str, segment: Segment | None = None) -> float:
        """From which effect on the feature counts as drifted; the larger where feature and segment both have one."""
        said = (self.features.get(name, NOTHING_OWN).minimum_effect, self._within(segment).minimum_effect)
        own = [effect for effect in said if effect is not None]
        return max(own) if own else self.minimum_effect

    def importance_of(self, name: str) -> float:
        """The weight of the feature."""
        return self.features.get(name, NOTHING_OWN).importance

    def ignores(self, name: str, segment: Segment | None = None) -> bool:
        """Whether the feature raises nothing, whatever it does."""
        return self.features.get(name, NOTHING_OWN).ignored or self._within(segment).ignored

    def _within(self, segment: Segment | None) -> SegmentPolicy:
        return NOTHING_WITHIN if segment is None else self.segments.get(segment[0], {}).get(segment[1], NOTHING_WITHIN)

    def run_drifted(self, drifted: Mapping[str, bool]) -> bool:
        """Whether a run counts as drifted, from the features that could be compared and whether each drifted."""
        if not any(drifted.values()):
            return False
        whole = sum(self.importance_of(name) for name in drifted)
        moved = sum(self.importance_of(name) for name, moved in drifted.items() if moved)
        return moved > 0 and moved >= self.minimum_share * whole

    def as_json(self) -> dict[str, Any]:
        """The policy as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Policy:
        """The policy that `as_json` gave; raises ValueError for numbers out of range."""
        own = {name: FeaturePolicy(**values) for name, values in (data.get("features") or {}).items()}
        within = {
            column: {value: SegmentPolicy(**values) for value, values in segments.items()}
            for column, segments in (data.get("segments") or {}).items()
        }
        return cls(**{**data, "features": own, "segments": within})


NOTHING_OWN, NOTHING_WITHIN = FeaturePolicy(), SegmentPolicy()
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
    """The verdict on every feature that could be compared, in the given order; ignored ones are large enough never."""
    return decide_all(drifts, {}, policy)


def decide_all(drifts: Mapping[str, Drift], missing: Mapping[str, Drift], policy: Policy) -> dict[str, Verdict]:
    """The same where the share of ``missing`` values was tested beside: a feature drifts by either of the two.

    All tests of a run are corrected together. Ignored features take no part in the correction.
    """
    return decide_within({None: (drifts, missing)}, policy)[None]


def decide_within(
    measured: Mapping[Segment | None, tuple[Mapping[str, Drift], Mapping[str, Drift]]], policy: Policy
) -> dict[Segment | None, dict[str, Verdict]]:
    """The same for the whole (None) and each segment of it: all features of all segments are corrected together."""
    tests = [
        (segment, name, drift)
        for segment, sides in measured.items()
        for side in sides
        for name, drift in side.items()
        if not policy.ignores(name, segment)
    ]
    adjusted = adjust([drift.p_value for _, _, drift in tests])
    verdicts = {
        segment: {name: Verdict(1.0, False, False) for name in drifts} for segment, (drifts, _) in measured.items()
    }
    for (segment, name, drift), p_value in zip(tests, adjusted, strict=True):
        drifts, own = measured[segment][0], verdicts[segment]
        found = Verdict(p_value, p_value <= policy.alpha, drift.statistic >= policy.effect_of(name, segment))
        if name in drifts and (drift is drifts[name] or (found.drifted and not own[name].drifted)):
            own[name] = found
    return verdicts
