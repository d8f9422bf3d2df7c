"""The two-sample Kolmogorov-Smirnov test."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ClassVar

from monitoring.drift.buckets import numpy
from monitoring.drift.gap import TWO_SIDED, Gap, Ordered, largest_gap

from .base import Drift, Statistic, TooFewValues, statistics
from .smirnov import EXACT_UP_TO, p_value, scipy_stats

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
        first, dropped = finite_sorted(reference)
        second = canonical(current)
        return self.compare_with(Ordered.of(first), second, dropped_reference=dropped)

    def compare_with(self, reference: Ordered, current: NDArray[Any], *, dropped_reference: int = 0) -> Drift:
        """The same against a reference that was prepared once."""
        gap, counted = largest_gap(reference, current)
        for name, size in (("reference", reference.size), ("current", counted)):
            if size < self.minimum_values:
                raise TooFewValues(
                    f"The {name} sample has {size} finite values; at least {self.minimum_values} are needed."
                )
        return measured(gap, reference.size, counted, dropped_reference, len(current) - counted)


def measured(gap: Gap, n: int, m: int, dropped_reference: int, dropped_current: int) -> Drift:
    """A gap with its p-value."""
    return Drift(
        statistic=gap.statistic,
        p_value=ks_p_value(gap.statistic, n, m),
        n_reference=n,
        n_current=m,
        location=gap.location,
        sign=gap.sign,
        dropped_reference=dropped_reference,
        dropped_current=dropped_current,
    )


def ks_p_value(statistic: float, n: int, m: int, *, alternative: str = TWO_SIDED, method: str = "auto") -> float:
    """The p-value as ``scipy.stats.ks_2samp`` gives it for samples of ``n`` and ``m`` values with this gap."""
    if method == "exact" or (method == "auto" and max(n, m) <= EXACT_UP_TO):
        first, second = _samples_with(statistic, n, m, alternative)
        with warnings.catch_warnings():
            # scipy says so when counting overflows and it takes the asymptotic value: that is what it promises.
            warnings.simplefilter("ignore", RuntimeWarning)
            return float(scipy_stats().ks_2samp(first, second, alternative=alternative, method=method).pvalue)
    return p_value(statistic, n, m, alternative=alternative)


def _samples_with(statistic: float, n: int, m: int, alternative: str) -> tuple[Any, Any]:
    """Two samples of ``n`` and ``m`` values with this gap: the p-value depends on nothing else of them.

    The gap is i/n - j/m for some i and j. Values 0 up to there and 1 beyond have it, and no other.
    """
    np = numpy()
    if alternative == "less":  # the other sample is ahead
        second, first = _samples_with(statistic, m, n, "greater")
        return first, second
    i = np.arange(n + 1)
    j = np.clip(np.rint((i / n - statistic) * m), 0, m)
    best = int(np.argmin(np.abs(i / n - j / m - statistic)))
    behind = int(j[best])
    return np.repeat([0.0, 1.0], [best, n - best]), np.repeat([0.0, 1.0], [behind, m - behind])


def canonical(values: NDArray[Any]) -> NDArray[Any]:
    """The sample as 64-bit whole numbers or floats; whole numbers keep their exact values."""
    np = numpy()
    values = np.asarray(values).ravel()
    if values.dtype.kind not in "iuf":
        raise TypeError(f"Samples of numbers are compared, not of {values.dtype}.")
    if values.dtype.kind == "f":
        return values.astype(np.float64, copy=False)
    if values.dtype == np.uint64 and len(values) and values.max() > np.iinfo(np.int64).max:
        return values
    return values.astype(np.int64, copy=False)


def finite_sorted(values: NDArray[Any]) -> tuple[NDArray[Any], int]:
    """The finite values in ascending order and how many others there were; integers keep their exact values."""
    np = numpy()
    values = canonical(values)
    kept = values
    if values.dtype.kind == "f":
        fit = np.isfinite(values)
        kept = values if fit.all() else values[fit]
    return np.sort(kept), len(values) - len(kept)
