"""The Wasserstein distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitoring.drift.buckets import numpy

if TYPE_CHECKING:
    from numpy.typing import NDArray


def wasserstein(reference: NDArray[Any], current: NDArray[Any]) -> float:
    """The area between two empirical distribution functions, in the unit of the values; both samples sorted.

    Equal to ``scipy.stats.wasserstein_distance``. Source: L. V. Kantorovich, "On the translocation of masses" (1942);
    in one dimension, S. S. Vallender, "Calculation of the Wasserstein distance between probability distributions on
    the line", Theory Probab. Appl. 18 (1974).
    """
    np = numpy()
    both = np.sort(np.concatenate([reference, current]).astype(np.float64))
    shares = [np.searchsorted(sample, both[:-1], side="right") / len(sample) for sample in (reference, current)]
    return float(np.dot(np.abs(shares[0] - shares[1]), np.diff(both)))
