"""The two-sample Kolmogorov-Smirnov test."""

from __future__ import annotations

import importlib
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from .base import Drift, Statistic, TooFewValues, statistics

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Up to here the p-value is exact by counting lattice paths; above, by the distribution of the one-sample statistic at
# the effective sample size. This is the switch of scipy.stats.ks_2samp(method="auto"), whose values we promise.
EXACT_UP_TO = 10_000


@cache
def _numpy() -> Any:
    return importlib.import_module("numpy")


@cache
def _scipy_stats() -> Any:
    """scipy.stats costs a second to import; only a worker that compares samples pays for it."""
    return importlib.import_module("scipy.stats")


@statistics.register("ks")
class KolmogorovSmirnov(Statistic):
    """The largest gap D between the two empirical distribution functions, two-sided.

    Equal to ``scipy.stats.ks_2samp(reference, current)`` in statistic, p-value, location and sign. Source: N. Smirnov,
    "Table for estimating the goodness of fit of empirical distributions", Ann. Math. Statist. 19 (1948); J. L. Hodges,
    "The significance probability of the Smirnov two-sample test", Ark. Mat. 3 (1958).
    """

    label: ClassVar[str] = "Kolmogorov-Smirnov"
    effect_label: ClassVar[str] = "D"

    def compare(self, reference: NDArray[Any], current: NDArray[Any]) -> Drift:
        """Measure the finite values of both samples; raises TooFewValues when one has fewer than two."""
        np = _numpy()
        first, dropped_first = finite_sorted(reference)
        second, dropped_second = finite_sorted(current)
        for name, sample in (("reference", first), ("current", second)):
            if len(sample) < self.minimum_values:
                raise TooFewValues(
                    f"The {name} sample has {len(sample)} finite values; at least {self.minimum_values} are needed."
                )
        statistic, location, sign = largest_gap(first, second)
        if max(len(first), len(second)) <= EXACT_UP_TO:
            p_value = exact_p_value(first, second)
        else:
            m, n = float(len(first)), float(len(second))
            p_value = float(_scipy_stats().kstwo.sf(statistic, np.round(m * n / (m + n))))
        return Drift(
            statistic=statistic,
            p_value=min(max(p_value, 0.0), 1.0),
            n_reference=len(first),
            n_current=len(second),
            location=location,
            sign=sign,
            dropped_reference=dropped_first,
            dropped_current=dropped_second,
        )


def finite_sorted(values: NDArray[Any]) -> tuple[NDArray[Any], int]:
    """The finite values in ascending order and how many others there were; integers keep their exact values."""
    np = _numpy()
    values = np.asarray(values).ravel()
    if values.dtype.kind not in "iuf":
        raise TypeError(f"Samples of numbers are compared, not of {values.dtype}.")
    kept = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    return np.sort(kept), len(values) - len(kept)


def largest_gap(first: NDArray[Any], second: NDArray[Any]) -> tuple[float, float, int]:
    """D, the value at which the gap is reached, and which sample is ahead there; both samples sorted.

    The arithmetic is that of scipy, operation by operation: a tie between two gaps is decided by the same rounding.
    """
    np = _numpy()
    both = np.concatenate([first, second])
    gaps = np.searchsorted(first, both, side="right") / len(first)
    gaps -= np.searchsorted(second, both, side="right") / len(second)
    lowest, highest = int(np.argmin(gaps)), int(np.argmax(gaps))
    below, above = min(max(-float(gaps[lowest]), 0.0), 1.0), float(gaps[highest])
    if below > above:
        return below, float(both[lowest]), -1
    return above, float(both[highest]), 1


def exact_p_value(first: NDArray[Any], second: NDArray[Any]) -> float:
    """The probability of a gap at least this large between two samples of one distribution, by counting paths."""
    with warnings.catch_warnings():
        # scipy says so when counting overflows and it takes the asymptotic value: that is what "auto" promises.
        warnings.simplefilter("ignore", RuntimeWarning)
        return float(_scipy_stats().ks_2samp(first, second).pvalue)
