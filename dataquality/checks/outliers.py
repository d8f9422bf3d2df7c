"""Outliers: numbers beyond Tukey's fences."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

import numpy as np

from dataquality.columns import Column, first_rows
from dataquality.dimensions import Dimension
from modelops.lib.figures import grouped

from .base import Check, Finding, checks, graded

FENCE = 1.5  # interquartile ranges beyond the quartiles: J. W. Tukey, "Exploratory Data Analysis", 1977
MINIMUM_VALUES = 8  # below it the quartiles are hardly more than the values themselves
WARNING_SHARE = 0.05
CRITICAL_SHARE = 0.25


@checks.register("outliers")
class Outliers(Check):
    """Quartiles by linear interpolation, as numpy and pandas take them; the fences themselves are inside."""

    dimension: ClassVar[Dimension] = Dimension.OUTLIERS
    label: ClassVar[str] = "Numbers beyond the fences"

    def examine(self, column: Column) -> list[Finding]:
        """One finding when numbers lie outside; a column whose middle half is one value has no fences to speak of."""
        if column.kind != "number" or len(column.numbers) < MINIMUM_VALUES:
            return []
        lower_quartile, upper_quartile = (float(value) for value in np.quantile(column.numbers, [0.25, 0.75]))
        spread = upper_quartile - lower_quartile
        if spread <= 0 or not np.isfinite(spread):
            return []
        self.examined += len(column.numbers)
        low, high = lower_quartile - FENCE * spread, upper_quartile + FENCE * spread
        outside = column.number_mask(lambda values: np.isfinite(values) & ((values < low) | (values > high)))
        count = int(outside.sum())
        if not count:
            return []
        share = count / len(column.numbers)
        return [
            Finding(
                dimension=self.dimension,
                rule="outlier",
                column=column.name,
                severity=graded(share, warning=WARNING_SHARE, critical=CRITICAL_SHARE),
                count=count,
                of=len(column.numbers),
                failed=Fraction(count),
                message=(
                    f"{grouped(count)} of {grouped(len(column.numbers))} numbers lie more than {FENCE:g} times the "
                    "interquartile range beyond the quartiles."
                ),
                first_rows=first_rows(outside),
                detail={"low": low, "high": high},
            )
        ]
