"""Numbers and moments between two bounds."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dataquality.dimensions import Dimension
from dataquality.profiling.cells import Cells
from dataquality.profiling.kinds import Mask
from modelops.lib.errors import Invalid

from .base import Param, RowRule, rules


@rules.register("range")
class InRange(RowRule):
    """Values from ``min`` to ``max``, both included; either may be left out. Moments are written 2013-01-31."""

    label: ClassVar[str] = "In a range"
    dimension: ClassVar[Dimension] = Dimension.VALIDITY
    what: ClassVar[str] = "lie outside the range"
    params = {"min": Param("moment"), "max": Param("moment")}
    kinds = frozenset({"number", "time"})

    def check(self) -> None:
        """At least one bound, of one kind, in order."""
        bounds = [self.given[name] for name in ("min", "max") if name in self.given]
        if not bounds:
            raise Invalid("A range needs min, max or both.", code="rule.parameter", field="min")
        if len({isinstance(bound, str) for bound in bounds}) > 1 or (len(bounds) == 2 and bounds[0] > bounds[1]):
            raise Invalid("The range's min lies above its max.", code="rule.parameter", field="max")

    def breaks(self, cells: Cells) -> Mask:
        """Values beyond a bound."""
        low, high = self.given.get("min"), self.given.get("max")
        if cells.kind == "time":
            return _moments(cells, low, high)
        if any(isinstance(bound, str) for bound in (low, high)):
            raise Invalid("The bounds are moments and the column holds numbers.", code="rule.kind")
        least, greatest, infinite = cells.extent
        if not infinite:  # these are the ends of all: a bound that lies outside them is kept
            low = low if low is not None and least < low else None
            high = high if high is not None and greatest > high else None
        if low is None and high is None:
            return np.zeros(cells.rows, dtype=bool)
        return _outside(cells.numbers, low, high)

    def finds(self) -> str:
        """The bounds as an expression."""
        parts = [("min", "<"), ("max", ">")]
        literal = {name: repr(value) for name, value in self.given.items()}
        return " or ".join(f"{self.name} {sign} {literal[name]}" for name, sign in parts if name in literal)


def _moments(cells: Cells, low: object, high: object) -> Mask:
    if any(bound is not None and not isinstance(bound, str) for bound in (low, high)):
        raise Invalid("The bounds are numbers and the column holds moments.", code="rule.kind")
    kind = cells.array.type
    unit = "D" if pa.types.is_date32(kind) else getattr(kind, "unit", "ms")
    # Compared in the finer unit of the two: a bound at noon is not the start of its day.
    values = cells.raw.astype(np.int64).view(f"datetime64[{unit}]")
    return _outside(values, *(None if bound is None else np.datetime64(str(bound), "us") for bound in (low, high)))


def _outside(values: NDArray[Any], low: Any, high: Any) -> Mask:
    """Which values lie beyond a bound; `check` has seen that there is one."""
    if low is None or high is None:
        return values > high if low is None else values < low
    broken: Mask = values < low
    broken |= values > high
    return broken
