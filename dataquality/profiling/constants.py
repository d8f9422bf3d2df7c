"""Whether one value makes up a whole column of fixed width, or nearly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .cells import Cells
from .kinds import plain

EXACT = 2**53  # whole numbers up to here are floats of their own


@dataclass(slots=True)
class FixedPart:
    """What one batch gives: present cells, their range, and how often the candidate occurs.

    Where nobody asked for a candidate, it is the batch's own: a value that stands at several places of the batch.
    """

    present: int
    minimum: Any
    maximum: Any
    candidate: Any
    matches: int


def measure(cells: Cells, candidate: Any = None) -> FixedPart:
    """Look at one batch for the ``candidate``, the value that may make up the column."""
    if not cells.rows:
        return FixedPart(0, None, None, candidate, 0)
    raw = cells.raw
    present = cells.rows - cells.gone
    if not present:
        return FixedPart(0, None, None, candidate, 0)
    minimum, maximum = _ends(cells)
    if candidate is None:
        middle = cells.rows // 2
        own = raw[middle]
        near = own == raw[cells.rows // 4] and own == raw[3 * cells.rows // 4]
        if (cells.valid is None or cells.valid[middle]) and near:
            candidate = plain(own)
    matches = 0
    if candidate is not None:
        same = raw == candidate
        matches = int(np.count_nonzero(same if cells.valid is None else same & cells.valid))
    return FixedPart(present, plain(minimum), plain(maximum), candidate, matches)


def _ends(cells: Cells) -> tuple[Any, Any]:
    """The least and the greatest present value in the column's own type."""
    raw = cells.raw
    low, high, infinite = cells.extent
    if raw.dtype.kind != "f" and low > -EXACT and high < EXACT:
        return int(low), int(high)  # whole numbers of this size are floats of their own
    if raw.dtype.kind == "f" and not infinite:
        return low, high
    if raw.dtype.kind == "f":
        return np.fmin.reduce(cells.numbers), np.fmax.reduce(cells.numbers)
    chosen = raw if cells.valid is None else raw[cells.valid]
    return chosen.min(), chosen.max()


@dataclass
class FixedTrack:
    """Parts go in, in the order of the rows.

    ``matches`` and ``others`` are the cells that hold the candidate and those that do not, as far as is known;
    ``misses`` is True when some were not looked at for it.
    """

    present: int = 0
    minimum: Any = None
    maximum: Any = None
    candidate: Any = None
    matches: int = 0
    others: int = 0
    misses: bool = False

    @property
    def asked(self) -> Any:
        """What the next batch is looked through for: the candidate, or what it proposes where others are more."""
        return self.candidate if self.matches >= self.others else None

    def add(self, part: FixedPart) -> None:
        """Take the part of the next batch."""
        if part.present:
            self.minimum = part.minimum if self.minimum is None else min(self.minimum, part.minimum)
            self.maximum = part.maximum if self.maximum is None else max(self.maximum, part.maximum)
        if part.candidate is not None and part.candidate == self.candidate:
            self.matches += part.matches
            self.others += part.present - part.matches
        elif part.candidate is not None and (self.candidate is None or self.matches < self.others):
            # The value so far is seen less often than others: one of them may still make up nearly all.
            self.others = self.matches + part.present - part.matches  # the cells of the old one do not hold the new
            self.candidate, self.matches, self.misses = part.candidate, part.matches, self.present > 0
        elif part.present:
            self.misses = True
        self.present += part.present

    def may_reach(self, share: float) -> bool:
        """Whether the candidate may still make up this share of the column."""
        return self.present > 0 and (self.present - self.others) / self.present >= share

    @property
    def is_constant(self) -> bool:
        """Whether all present cells are equal."""
        return self.present > 0 and self.minimum == self.maximum
