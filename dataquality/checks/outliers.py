"""Outliers: numbers beyond Tukey's fences."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from dataquality.dimensions import Dimension
from dataquality.profiling.facts import ColumnProfile
from dataquality.profiling.numbers import FENCE
from modelops.lib.figures import grouped

from .base import Check, Finding, checks, graded, quoted, seen

MINIMUM_VALUES = 8  # below it the quartiles are hardly more than the values themselves
WARNING_SHARE = 0.05
CRITICAL_SHARE = 0.25


@checks.register("outliers")
class Outliers(Check):
    """Quartiles by linear interpolation, as numpy and pandas take them; the fences themselves are inside."""

    dimension: ClassVar[Dimension] = Dimension.OUTLIERS
    label: ClassVar[str] = "Numbers beyond the fences"

    def examine(self, column: ColumnProfile) -> list[Finding]:
        """One finding when numbers lie outside; a column whose middle half is one value has no fences to speak of."""
        number = column.number
        if number is None or number.finite < MINIMUM_VALUES or number.fences is None:
            return []
        self.examined += number.finite
        if not number.beyond:
            return []
        low, high = number.fences
        name = quoted(column.name)
        return [
            Finding(
                dimension=self.dimension,
                rule="outlier",
                column=column.name,
                severity=graded(number.beyond / number.finite, warning=WARNING_SHARE, critical=CRITICAL_SHARE),
                count=number.beyond,
                of=number.finite,
                failed=Fraction(number.beyond),
                message=(
                    f"{grouped(number.beyond)} of {grouped(number.finite)} numbers lie more than {FENCE:g} times the "
                    "interquartile range beyond the quartiles."
                ),
                detail={"low": low, "high": high},
                filter=f"finite({name}) and ({name} < {low!r} or {name} > {high!r})",
                **seen(number.first_beyond),
            )
        ]
