"""What every two-sample statistic takes and gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from modelops.lib.errors import Invalid
from modelops.lib.plugins import Plugins

if TYPE_CHECKING:  # numpy takes 0.1 s to import and the web process has no use for it
    from numpy.typing import NDArray


class TooFewValues(Invalid):
    """A sample has too few values for the statistic to say anything."""

    code = "drift.too_few_values"


@dataclass(frozen=True)
class Drift:
    """What a statistic measured between two samples.

    ``location`` is the value at which the samples differ most and ``sign`` is +1 when the reference has more of its
    values at or below it, -1 when the current sample has. ``dropped_*`` counts the missing and non-finite values.
    """

    statistic: float
    p_value: float
    n_reference: int
    n_current: int
    location: float
    sign: int
    dropped_reference: int = 0
    dropped_current: int = 0


class Statistic(ABC):
    """A measure of the difference between a reference and a current sample of one feature."""

    label: ClassVar[str]
    effect_label: ClassVar[str]
    minimum_values: ClassVar[int] = 2

    @abstractmethod
    def compare(self, reference: NDArray[Any], current: NDArray[Any]) -> Drift:
        """Measure two one-dimensional samples; raises TooFewValues."""


statistics: Plugins[Statistic] = Plugins("drift statistic", Statistic)
