"""The score: 100 minus what each finding takes, exactly.

A dimension with weight w of which n units were examined loses ``w * failed / n`` points by a finding that fails
``failed`` units. Weights of dimensions that a table has nothing for (no number, no outlier) are shared out among the
others, so that they always sum to 100. Deductions are computed as fractions and rounded up at the sixth decimal: they
sum to the score to the last digit, the same on every machine, and 100 means that nothing was found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction

from .checks.base import Finding
from .dimensions import WEIGHTS, Dimension

DIGITS = Decimal("0.000001")
FULL = Decimal(100)


@dataclass(frozen=True)
class DimensionScore:
    """One line of the arithmetic: ``score`` is the dimension's own 0-100, ``deduction`` what it took from the whole."""

    dimension: Dimension
    weight: Decimal
    examined: int
    score: Decimal
    deduction: Decimal


@dataclass(frozen=True)
class Score:
    """The whole: ``deductions`` stand in the order of the findings and ``total`` is 100 minus their sum."""

    total: Decimal
    dimensions: tuple[DimensionScore, ...]
    deductions: tuple[Decimal, ...]


def compute(findings: Sequence[Finding], examined: Mapping[Dimension, int]) -> Score:
    """Score ``findings`` against the number of units examined per dimension."""
    applicable = [dimension for dimension in Dimension if examined.get(dimension, 0) > 0]
    whole = sum(WEIGHTS[dimension] for dimension in applicable)
    weight = {dimension: Fraction(100 * WEIGHTS[dimension], whole) for dimension in applicable}
    deductions = tuple(
        _decimal(weight[finding.dimension] * finding.failed / examined[finding.dimension], ROUND_CEILING)
        if finding.failed
        else Decimal(0).quantize(DIGITS)
        for finding in findings
    )
    lines = []
    for dimension in applicable:
        own = [
            (finding, taken)
            for finding, taken in zip(findings, deductions, strict=True)
            if finding.dimension is dimension
        ]
        failed = sum((finding.failed for finding, _ in own), Fraction(0))
        lines.append(
            DimensionScore(
                dimension=dimension,
                weight=_decimal(weight[dimension], ROUND_FLOOR),
                examined=examined[dimension],
                score=_decimal(100 * (1 - failed / examined[dimension]), ROUND_FLOOR),
                deduction=sum((taken for _, taken in own), Decimal(0)).quantize(DIGITS),
            )
        )
    total = max(FULL - sum(deductions, Decimal(0)), Decimal(0)).quantize(DIGITS)
    return Score(total=total, dimensions=tuple(lines), deductions=deductions)


def _decimal(value: Fraction, rounding: str) -> Decimal:
    """``value`` with six decimals, rounded by integer arithmetic alone."""
    scaled = value * 10**6
    whole = -(-scaled.numerator // scaled.denominator) if rounding == ROUND_CEILING else scaled.__floor__()
    return (Decimal(whole) / 10**6).quantize(DIGITS)
