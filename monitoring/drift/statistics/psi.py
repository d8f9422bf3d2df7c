"""The population stability index."""

from __future__ import annotations

from collections.abc import Sequence

from monitoring.drift.buckets import numpy

EMPTY = 0.5  # an empty group counts as half an observation


def psi(reference: Sequence[int], current: Sequence[int]) -> float:
    """Σ (q - p) ln(q / p) over groups that both samples are counted in, in nats, ≥ 0.

    Source: N. Siddiqi, "Credit Risk Scorecards" (2006), p. 136; it is Jeffreys' divergence (H. Jeffreys, "An invariant
    form for the prior probability in estimation problems", Proc. R. Soc. A 186, 1946). Below 0.1 is called stable,
    above 0.25 shifted.
    """
    np = numpy()
    p, q = (np.maximum(np.asarray(counts, np.float64), EMPTY) for counts in (reference, current))
    p, q = p / p.sum(), q / q.sum()
    return float(np.sum((q - p) * np.log(q / p)))
