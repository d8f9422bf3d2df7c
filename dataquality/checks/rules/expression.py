"""A condition over several columns of a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dataquality.dimensions import Dimension
from dataquality.expressions import Expression, parse, truth
from dataquality.profiling.cells import Cells
from dataquality.profiling.kinds import Mask
from dataquality.profiling.watching import Watch
from modelops.lib.errors import Invalid
from modelops.lib.figures import grouped

from .base import Param, Rule, RuleFacts, Verdict, rules


@dataclass(frozen=True)
class _Untrue(Watch):
    expression: Expression

    @property
    def columns(self) -> tuple[str, ...]:  # type: ignore[override]
        """The columns that the expression names."""
        return self.expression.columns

    def look(self, cells: list[Cells]) -> tuple[Mask, int]:
        """Rows for which it is false; not those for which a missing value leaves it open."""
        true, known = truth(self.expression, dict(zip(self.columns, cells, strict=True)), cells[0].rows)
        return known & ~true, int(np.count_nonzero(known))


@rules.register("expression")
class Condition(Rule):
    """``expression`` holds in every row in which it can be told."""

    label: ClassVar[str] = "Condition over columns"
    dimension: ClassVar[Dimension] = Dimension.VALIDITY
    params = {"expression": Param("text", required=True)}
    columns_needed = (0, 0)

    def check(self) -> None:
        """The expression parses and names a column."""
        self._expression = parse(self.given["expression"])
        if not self._expression.columns:
            raise Invalid("The expression names no column.", code="expression.invalid", field="expression")

    def reads(self) -> tuple[str, ...]:
        """The columns that it names."""
        return self._expression.columns

    def watches(self) -> list[Watch]:
        """Watches every row."""
        return [_Untrue(self._expression)]

    def judge(self, facts: RuleFacts) -> Verdict:
        """As many as were counted."""
        (found,) = facts.watched
        message = f"{grouped(found.count)} of {grouped(found.of)} rows break the condition."
        finds = f"not ({self.given['expression']})"
        return Verdict(found.count, found.of, message, finds, [(row, values[0]) for row, values in found.first])
