"""Texts of a length."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from dataquality.dimensions import Dimension
from dataquality.profiling.cells import Cells
from dataquality.profiling.kinds import Mask
from modelops.lib.errors import Invalid

from .base import Param, RowRule, on_texts, rules


@rules.register("length")
class TextLength(RowRule):
    """From ``min`` to ``max`` characters, both included; either may be left out."""

    label: ClassVar[str] = "Length"
    dimension: ClassVar[Dimension] = Dimension.VALIDITY
    what: ClassVar[str] = "are shorter or longer than they may be"
    params = {"min": Param("integer"), "max": Param("integer")}
    kinds = frozenset({"text"})

    def check(self) -> None:
        """At least one bound, in order."""
        low, high = self.given.get("min", 0), self.given.get("max")
        if not self.given or (high is not None and low > high):
            raise Invalid("A length needs min, max or both, in order.", code="rule.parameter", field="min")

    def breaks(self, cells: Cells) -> Mask:
        """Texts beyond a bound."""

        def unfit(texts: pa.Array) -> Mask:
            sizes = pc.utf8_length(texts).fill_null(0).to_numpy(zero_copy_only=False)
            return (sizes < self.given.get("min", 0)) | (sizes > self.given.get("max", 2**62))

        return on_texts(cells, unfit)

    def finds(self) -> str:
        """The bounds as an expression."""
        parts = [("min", "<"), ("max", ">")]
        return " or ".join(
            f"length({self.name}) {sign} {self.given[name]}" for name, sign in parts if name in self.given
        )
