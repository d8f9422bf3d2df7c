"""Texts that must read as numbers or days: the type that a column of a text file should have had."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pyarrow.compute as pc

from dataquality.dimensions import Dimension
from dataquality.profiling.cells import Cells
from dataquality.profiling.kinds import Mask
from dataquality.profiling.text_classes import DATE, NO_DAY, NUMBER, classes_of
from modelops.lib.errors import Invalid

from .base import Param, RowRule, RuleFacts, Verdict, on_texts, rules


@rules.register("type")
class ReadsAs(RowRule):
    """Each value is a ``number`` or a ``date`` of the calendar; ``whole`` numbers have no fraction."""

    label: ClassVar[str] = "Type"
    dimension: ClassVar[Dimension] = Dimension.VALIDITY
    what: ClassVar[str] = "are not of the type"
    params = {"type": Param("text", required=True)}
    kinds = frozenset({"text", "number", "time"})

    def check(self) -> None:
        """A type that is known."""
        if self.given["type"] not in ("number", "whole", "date"):
            raise Invalid("The type is number, whole or date.", code="rule.parameter", field="type")

    def breaks(self, cells: Cells) -> Mask:
        """Values of another type."""
        wanted = self.given["type"]
        if cells.kind != "text":
            fits = (cells.kind == "time") == (wanted == "date")
            if fits and wanted == "whole":
                return cells.numbers != np.floor(cells.numbers)
            return np.full(cells.rows, not fits)
        if wanted == "date":
            return on_texts(cells, lambda texts: classes_of(texts) & (DATE | NO_DAY) != DATE)
        if wanted == "number":
            return on_texts(cells, lambda texts: classes_of(texts) & NUMBER == 0)
        whole = r"^\s*[+-]?\d+\s*$"
        return on_texts(
            cells, lambda texts: ~pc.match_substring_regex(texts, whole).fill_null(True).to_numpy(zero_copy_only=False)
        )

    def judge(self, facts: RuleFacts) -> Verdict:
        """As many as were counted; texts that are no numbers can be found by an expression."""
        verdict = super().judge(facts)
        if self.given["type"] != "number" or facts.profiles[self.columns[0]].kind != "text":
            return verdict
        return replace(verdict, filter=f"not missing({self.name}) and not reads_as_number({self.name})")
