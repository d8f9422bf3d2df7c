"""Texts of a form, by a regular expression that cannot hang."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from dataquality.dimensions import Dimension
from dataquality.profiling.cells import Cells
from dataquality.profiling.kinds import Mask
from modelops.lib.errors import Invalid

from .base import Param, RowRule, on_texts, rules

LONGEST = 500


@rules.register("pattern")
class Pattern(RowRule):
    """The whole text fits ``pattern``. RE2 inside Arrow takes time linear in the text, whatever the pattern."""

    label: ClassVar[str] = "Has a form"
    dimension: ClassVar[Dimension] = Dimension.VALIDITY
    what: ClassVar[str] = "do not have the form"
    params = {"pattern": Param("text", required=True)}
    kinds = frozenset({"text"})

    def check(self) -> None:
        """RE2 takes the pattern: no look-around, no back reference."""
        pattern = self.given["pattern"]
        if len(pattern) > LONGEST:
            raise Invalid(
                f"The pattern has {len(pattern)} characters; at most {LONGEST} are taken.", code="rule.pattern"
            )
        try:
            pc.match_substring_regex(pa.array([""]), self._whole())
        except pa.ArrowInvalid:
            raise Invalid(
                "The pattern is no regular expression of RE2, which has no look-around and no back references.",
                code="rule.pattern",
                field="pattern",
            ) from None

    def _whole(self) -> str:
        return rf"^(?:{self.given['pattern']})\z"

    def breaks(self, cells: Cells) -> Mask:
        """Texts that do not fit."""

        def unfit(texts: pa.Array) -> Mask:
            fits = pc.match_substring_regex(texts, self._whole()).fill_null(True)
            return ~fits.to_numpy(zero_copy_only=False)

        return on_texts(cells, unfit)
