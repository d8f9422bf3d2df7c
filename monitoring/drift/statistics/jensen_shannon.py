"""The Jensen-Shannon distance."""

from __future__ import annotations

from collections.abc import Sequence

from monitoring.drift.buckets import numpy


def jensen_shannon(reference: Sequence[int], current: Sequence[int]) -> float:
    """The square root of the Jensen-Shannon divergence in bits: 0 for equal shares, 1 for nothing in common.

    Equal to ``scipy.spatial.distance.jensenshannon(p, q, base=2)``. Source: J. Lin, "Divergence measures based on the
    Shannon entropy", IEEE Trans. Inf. Theory 37 (1991); D. M. Endres and J. E. Schindelin, "A new metric for
    probability distributions", IEEE Trans. Inf. Theory 49 (2003).
    """
    np = numpy()
    p, q = (np.asarray(counts, np.float64) for counts in (reference, current))
    p, q = p / p.sum(), q / q.sum()
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        bits = sum(np.where(side > 0, side * np.log2(side / middle), 0).sum() for side in (p, q)) / 2
    return float(np.sqrt(max(bits, 0.0)))
