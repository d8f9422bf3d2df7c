"""Validity: values that cannot be what their column says it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import ClassVar

from dataquality.dimensions import Dimension, Severity
from dataquality.profiling.column_track import EARLIEST_YEAR, LATEST_YEAR
from dataquality.profiling.facts import ColumnProfile
from dataquality.profiling.text_classes import BLANK, BROKEN, DATE, FORMULA, NO_DAY, NUMBER
from dataquality.profiling.texts import TextFacts
from modelops.lib.figures import grouped

from .base import Check, Finding, checks, graded, quoted, seen

# From this share on, a text column is meant to hold numbers (or dates) and the other values are the strays. A file of
# separated values with one bad cell arrives as text: this is how that one cell is found.
DOMINANT_SHARE = 0.9
WARNING_SHARE = 0.0  # an impossible value is always worth a look
CRITICAL_SHARE = 0.01

Broken = tuple[str, str, int, Sequence[tuple[int, object]], str]


@checks.register("validity")
class Validity(Check):
    """Numbers that are infinite, dates out of the calendar, strays in text columns, broken characters."""

    dimension: ClassVar[Dimension] = Dimension.VALIDITY
    label: ClassVar[str] = "Impossible values"

    def examine(self, column: ColumnProfile) -> list[Finding]:
        """One finding per rule; a value that breaks two rules counts for the first."""
        self.examined += column.present
        return _formulas(column) + [
            Finding(
                dimension=self.dimension,
                rule=rule,
                column=column.name,
                severity=graded(count / column.present, warning=WARNING_SHARE, critical=CRITICAL_SHARE),
                count=count,
                of=column.present,
                failed=Fraction(count),
                message=f"{grouped(count)} of {grouped(column.present)} values {what}.",
                filter=finds,
                **seen(first),
            )
            for rule, what, count, first, finds in self._broken_rules(column)
            if count
        ]

    def _broken_rules(self, column: ColumnProfile) -> Iterator[Broken]:
        name = quoted(column.name)
        if column.number is not None:
            number = column.number
            yield "not_finite", "are infinite", number.infinite, number.first_infinite, f"infinite({name})"
        elif column.kind == "time":
            what = f"lie before {EARLIEST_YEAR} or after {LATEST_YEAR}"
            finds = f"year({name}) < {EARLIEST_YEAR} or year({name}) > {LATEST_YEAR}"
            yield "out_of_calendar", what, column.out_of_calendar, column.first_out_of_calendar, finds
        elif column.kind == "text" and column.text is not None and column.present:
            yield from _broken_text(column.text, column.present, name)


def _formulas(column: ColumnProfile) -> list[Finding]:
    """Texts that a spreadsheet would run: true or not, whoever opens an export should know. They cost nothing."""
    count = column.text.count(all_of=FORMULA) if column.kind == "text" and column.text is not None else 0
    if not count:
        return []
    return [
        Finding(
            dimension=Dimension.VALIDITY,
            rule="formula",
            column=column.name,
            severity=Severity.INFO,
            count=count,
            of=column.present,
            failed=Fraction(0),
            message=f"{grouped(count)} of {grouped(column.present)} values begin as formulas of a spreadsheet do.",
            filter=f"begins_formula({quoted(column.name)})",
            **seen(column.text.sightings(all_of=FORMULA) if column.text is not None else []),
        )
    ]


def _broken_text(text: TextFacts, present: int, name: str) -> Iterator[Broken]:
    def rows(all_of: int, none_of: int) -> tuple[int, Sequence[tuple[int, object]]]:
        return text.count(all_of=all_of, none_of=none_of), text.sightings(all_of=all_of, none_of=none_of)

    taken = BLANK  # a text is counted for the first rule that it breaks
    count, first = rows(BROKEN, taken)
    yield "broken_text", "hold control or undecodable characters", count, first, f"broken_text({name})"
    taken |= BROKEN
    numbers, dates = text.count(all_of=NUMBER), text.count(all_of=DATE)
    is_numeric = DOMINANT_SHARE <= numbers / present < 1
    if is_numeric:
        what = "do not read as numbers although the column does"
        count, first = rows(0, taken | NUMBER)
        yield "not_a_number", what, count, first, f"not missing({name}) and not reads_as_number({name})"
    # No text reads as both, so a column is never both and nothing is counted twice.
    if not is_numeric and dates / present >= DOMINANT_SHARE:
        what = "do not read as dates although the column does"
        count, first = rows(0, taken | DATE)
        yield "not_a_date", what, count, first, f"not missing({name}) and not reads_as_date({name})"
        count, first = rows(DATE | NO_DAY, taken)
        yield "not_in_calendar", "name a day that does not exist", count, first, f"impossible_day({name})"
