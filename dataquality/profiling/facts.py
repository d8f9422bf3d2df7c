"""What is known of a column when the walk is over: the checks judge by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .kinds import Kind
from .number_track import NumberFacts
from .texts import TextFacts

Sighted = tuple[int, Any]  # a row, from 1, and the value in it


@dataclass(frozen=True)
class ColumnProfile:
    """One column, exactly. ``most`` is how often its most frequent value occurs where that is nearly always."""

    name: str
    type: str
    kind: Kind
    rows: int
    missing: int
    first_missing: tuple[int, ...]
    is_constant: bool
    most: int
    number: NumberFacts | None = None
    text: TextFacts | None = None
    minimum: Any = None
    maximum: Any = None
    out_of_calendar: int = 0
    first_out_of_calendar: tuple[Sighted, ...] = ()
    sample: NDArray[np.float64] | None = None  # finite values of sampled rows, in ascending order

    @property
    def present(self) -> int:
        """How many rows have a value."""
        return self.rows - self.missing
