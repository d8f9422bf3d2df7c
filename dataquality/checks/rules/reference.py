"""Values that another dataset must have."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from dataquality.dimensions import Dimension
from dataquality.profiling.cells import Cells
from dataquality.profiling.kinds import Mask
from modelops.lib.errors import Invalid

from .base import Param, RowRule, rules


@rules.register("reference")
class Reference(RowRule):
    """Each value stands in ``column`` of the newest version of ``dataset``; whoever runs the rule brings its values."""

    label: ClassVar[str] = "Refers to another dataset"
    dimension: ClassVar[Dimension] = Dimension.VALIDITY
    what: ClassVar[str] = "are not in the other dataset"
    params = {"dataset": Param("text", required=True), "column": Param("text", required=True)}
    kinds = frozenset({"number", "text"})

    known: pa.Array | None = None

    def breaks(self, cells: Cells) -> Mask:
        """Values that the other column does not have."""
        if self.known is None:
            raise Invalid(
                f"The dataset {self.given['dataset']!r} that the rule refers to is not there or may not be read.",
                code="rule.reference",
                field="dataset",
            )
        array = cells.array.dictionary_decode() if pa.types.is_dictionary(cells.array.type) else cells.array
        try:
            known = self.known.cast(array.type)
        except pa.ArrowInvalid:
            raise Invalid("The two columns hold different kinds of values.", code="rule.kind") from None
        return ~pc.is_in(array, value_set=known).to_numpy(zero_copy_only=False)
