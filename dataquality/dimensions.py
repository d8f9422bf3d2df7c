"""The five dimensions of quality, their weights, and how grave a finding is. No heavy import: pages use it too."""

from __future__ import annotations

from enum import StrEnum


class Dimension(StrEnum):
    """What a finding is about; the order is the order of every table."""

    COMPLETENESS = "completeness"
    UNIQUENESS = "uniqueness"
    VALIDITY = "validity"
    CONSISTENCY = "consistency"
    OUTLIERS = "outliers"

    @property
    def label(self) -> str:
        """The name for people."""
        return self.value.capitalize()

    @property
    def unit(self) -> str:
        """What is counted as examined and as failed."""
        return UNITS[self]


class Severity(StrEnum):
    """How grave: ``info`` to know, ``warning`` to look at, ``critical`` to mend before use."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def label(self) -> str:
        """The name for people."""
        return self.value.capitalize()


# A missing or impossible value spoils whatever is computed from it; a duplicate row counts one case twice; a column
# that never changes or mixes kinds loses its own information only; an outlier may well be true, so it costs least.
WEIGHTS: dict[Dimension, int] = {
    Dimension.COMPLETENESS: 30,
    Dimension.UNIQUENESS: 20,
    Dimension.VALIDITY: 25,
    Dimension.CONSISTENCY: 15,
    Dimension.OUTLIERS: 10,
}

UNITS: dict[Dimension, str] = {
    Dimension.COMPLETENESS: "cells",
    Dimension.UNIQUENESS: "rows",
    Dimension.VALIDITY: "values",
    Dimension.CONSISTENCY: "columns",
    Dimension.OUTLIERS: "numbers",
}
