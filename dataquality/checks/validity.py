"""Validity: values that cannot be what their column says it holds."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataquality.columns import Column, Mask, first_rows, to_mask
from dataquality.dimensions import Dimension
from dataquality.forms_of_text import is_broken, is_in_calendar, reads_as_date, reads_as_number
from modelops.lib.figures import grouped

from .base import Check, Finding, checks, graded

# From this share on, a text column is meant to hold numbers (or dates) and the other values are the strays. A file of
# separated values with one bad cell arrives as text: this is how that one cell is found.
DOMINANT_SHARE = 0.9
EARLIEST_YEAR, LATEST_YEAR = 1800, 2200  # outside stand only slips of the pen and placeholders such as 9999-12-31
WARNING_SHARE = 0.0  # an impossible value is always worth a look
CRITICAL_SHARE = 0.01


@checks.register("validity")
class Validity(Check):
    """Numbers that are infinite, dates out of the calendar, strays in text columns, broken characters."""

    dimension: ClassVar[Dimension] = Dimension.VALIDITY
    label: ClassVar[str] = "Impossible values"

    def examine(self, column: Column) -> list[Finding]:
        """One finding per rule; a value that breaks two rules counts for the first."""
        self.examined += column.present_count
        findings = []
        taken = np.zeros(len(column), dtype=bool)
        for rule, what, mask in self._broken_rules(column):
            fresh = mask & ~taken & ~column.missing
            taken |= fresh
            count = int(fresh.sum())
            if count:
                share = count / column.present_count
                findings.append(
                    Finding(
                        dimension=self.dimension,
                        rule=rule,
                        column=column.name,
                        severity=graded(share, warning=WARNING_SHARE, critical=CRITICAL_SHARE),
                        count=count,
                        of=column.present_count,
                        failed=Fraction(count),
                        message=f"{grouped(count)} of {grouped(column.present_count)} values {what}.",
                        first_rows=first_rows(fresh),
                    )
                )
        return findings

    def _broken_rules(self, column: Column) -> Iterator[tuple[str, str, Mask]]:
        if column.kind == "number":
            yield "not_finite", "are infinite", column.number_mask(np.isinf)
        elif column.kind == "time":
            moments = column.values
            if pa.types.is_timestamp(moments.type) and moments.type.tz is not None:
                moments = moments.cast(pa.timestamp(moments.type.unit))  # in UTC: a file may name any zone it likes
            years = pc.fill_null(pc.year(moments), EARLIEST_YEAR)
            outside = pc.or_(pc.less(years, EARLIEST_YEAR), pc.greater(years, LATEST_YEAR))
            yield "out_of_calendar", f"lie before {EARLIEST_YEAR} or after {LATEST_YEAR}", to_mask(outside)
        elif column.kind == "text" and column.present_count:
            yield from self._broken_text(column)

    def _broken_text(self, column: Column) -> Iterator[tuple[str, str, Mask]]:
        values = column.distinct
        yield "broken_text", "hold control or undecodable characters", column.rows_of(is_broken(values))
        numbers, dates = reads_as_number(values), reads_as_date(values)
        if DOMINANT_SHARE <= _share(column, numbers) < 1:
            yield "not_a_number", "do not read as numbers although the column does", column.rows_of(~numbers)
        if _share(column, dates) >= DOMINANT_SHARE:
            yield "not_a_date", "do not read as dates although the column does", column.rows_of(~dates)
            yield "not_in_calendar", "name a day that does not exist", column.rows_of(dates & ~is_in_calendar(values))


def _share(column: Column, chosen: Mask) -> float:
    return int(column.counts[chosen].sum()) / column.present_count
