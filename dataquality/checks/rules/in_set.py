"""Values out of a list."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataquality.dimensions import Dimension
from dataquality.profiling.cells import Cells
from dataquality.profiling.kinds import Mask
from modelops.lib.errors import Invalid

from .base import Param, RowRule, on_texts, rules

_FEW = 64  # texts, up to which Python has looked them up before Arrow has made its table ready
_AS_BYTES = {pa.string(): pa.binary(), pa.large_string(): pa.large_binary()}  # not every text of a file can be decoded


@rules.register("set")
class InSet(RowRule):
    """Only the values of ``values``; texts are compared letter by letter."""

    label: ClassVar[str] = "One of a list"
    dimension: ClassVar[Dimension] = Dimension.VALIDITY
    what: ClassVar[str] = "are not in the list"
    params = {"values": Param("values", required=True)}
    kinds = frozenset({"number", "text"})

    def check(self) -> None:
        """All texts or all numbers."""
        if len({isinstance(value, str) for value in self.given["values"]}) > 1:
            raise Invalid("The list mixes texts and numbers.", code="rule.parameter", field="values")

    def breaks(self, cells: Cells) -> Mask:
        """Values that the list does not have."""
        values = self.given["values"]
        is_text = isinstance(values[0], str)
        if is_text != (cells.kind == "text"):
            raise Invalid("The list and the column hold different kinds of values.", code="rule.kind")
        if not is_text:
            return ~np.isin(cells.numbers, np.array(values, dtype=np.float64))

        def outside(texts: pa.Array) -> Mask:
            if max(len(texts), len(values)) <= _FEW and texts.type in _AS_BYTES:
                allowed_bytes = {value.encode() for value in values}
                told = texts.view(_AS_BYTES[texts.type]).to_pylist()
                return np.array([each not in allowed_bytes for each in told], dtype=bool)
            allowed = pa.array(values, texts.type)
            return ~pc.is_in(texts, value_set=allowed).to_numpy(zero_copy_only=False)

        return on_texts(cells, outside)

    def finds(self) -> str:
        """The list as an expression, when it is short."""
        values = self.given["values"]
        if len(values) > 20:
            return ""
        told = ", ".join(
            "'" + each.replace("'", "''") + "'" if isinstance(each, str) else repr(each) for each in values
        )
        return f"{self.name} not in ({told})"
