"""A sketch against the bins of a reference: the same tests and decisions as on values, and how far they can be off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .buckets import numpy
from .categories import Counted, compare_categories
from .columns import JENSEN_SHANNON_GROUPS, PSI_GROUPS, Compared
from .comparison import CHI_SQUARE, KS, NULLS, Feature, decided, drifts_of
from .edges import FEWEST, OTHER, Bins
from .evaluation import Policy, decide_all
from .gap import Gap
from .profile import BINS, POINTS, drawable
from .statistics import Drift, TooFewValues
from .statistics.jensen_shannon import jensen_shannon
from .statistics.ks import measured
from .statistics.nulls import nulls
from .statistics.psi import psi

Published = Bins | Counted | str
"""What a profile holds of a column: bins, categories that are frequent enough to be named, or why there are none."""


def compare_sketch(
    published: Mapping[str, Published], told: Mapping[str, Any], rows: int, policy: Policy
) -> list[Feature]:
    """Every published column, in order. What cannot be compared is a feature with its reason."""
    found: dict[str, Feature] = {}
    missing: dict[str, Drift] = {}
    for name, about in published.items():
        if isinstance(about, str):
            found[name] = Feature(name, reason=about)
            continue
        if name not in told:
            found[name] = Feature(name, reason="The sketch has no such column.")
            continue
        try:
            found[name], gone = _compared(name, about, told[name], rows)
        except TooFewValues as refusal:
            found[name] = Feature(name, reason=refusal.message)
            continue
        if gone is not None:
            missing[name] = gone
    return decided(found, decide_all(drifts_of(found), missing, policy))


def _compared(name: str, about: Bins | Counted, told: Mapping[str, Any], rows: int) -> tuple[Feature, Drift | None]:
    absent = int(told["missing"])
    before = about.dropped if isinstance(about, Bins) else about.nulls
    gone = nulls(before, about.size + before, absent, rows)
    if absent == rows and rows and gone is not None:
        whole = Drift(**{**vars(gone), "n_reference": about.size, "n_current": 0, "dropped_reference": before,
                         "dropped_current": rows})  # fmt: skip
        return Feature(name, drift=whole, profile={}, method=NULLS, measures={"nulls_difference": gone.statistic}), None
    if isinstance(about, Bins):
        if told["counts"] is None:
            raise TooFewValues(f"The sketch has fewer than {FEWEST} values.")
        compared, method = compare_counts(about, told["counts"], absent), KS
        drift, measures, picture = compared.drift, compared.measures, compared.picture
    else:
        if told["categories"] is None:
            raise TooFewValues(f"The sketch has fewer than {FEWEST} values.")
        drift, measures, picture = _categories(about, told, absent)
        method = CHI_SQUARE
    if gone is not None:
        measures |= {"nulls_difference": gone.statistic, "nulls_p_value": gone.p_value}
    return Feature(name, drift=drift, profile=picture, method=method, measures=measures), gone


def compare_counts(bins: Bins, counts: Sequence[int | None], absent: int) -> Compared:
    """Kolmogorov-Smirnov at the edges that were told; ``sketch_error`` is how much the true gap can be larger.

    Between two told edges a and b the reference is ahead by no more than F(b) - G(a), and behind by no more than
    G(b) - F(a); where the last bin holds one value alone, that value is b itself and F does not rise before it.
    """
    np = numpy()
    places = np.array([place for place, count in enumerate(counts) if count is not None])
    current = np.array([counts[place] for place in places], np.int64).cumsum()
    m, n = int(current[-1]), bins.size
    fine = np.append(np.array(bins.upto, np.int64), n)
    after_f, after_g = fine[places] / n, current / m
    gaps = after_f - after_g
    lowest, highest = int(np.argmin(gaps)), int(np.argmax(gaps))
    place, sign = (lowest, -1) if -gaps[lowest] > gaps[highest] else (highest, 1)
    statistic = abs(float(gaps[place]))
    edge = bins.edges[min(int(places[place]), len(bins.edges) - 1)]
    # Groups of bins between two told edges: from the bin `first` to the bin `places`.
    first = np.append(0, places[:-1] + 1)
    alone = np.array(bins.alone)
    before_f, before_g = np.append(0, fine)[first] / n, np.append(0.0, after_g[:-1])
    end_f = np.where(alone[places], np.append(0, fine)[places] / n, after_f)
    begin_f = np.where(alone[first], fine[first] / n, before_f)
    inside = ~((first == places) & alone[places])
    most = np.maximum(end_f - before_g, after_g - begin_f)[inside]
    bound = max(statistic, float(most.max())) if len(most) else statistic
    drift = measured(Gap(statistic, float(edge), sign), n, m, bins.dropped, absent)
    measures: dict[str, Any] = {"sketch_error": bound - statistic}
    for name, function, groups in (("psi", psi, PSI_GROUPS), ("jensen_shannon", jensen_shannon, JENSEN_SHANNON_GROUPS)):
        ends = np.unique(np.searchsorted(fine[places], n * np.arange(1, groups) / groups, "left"))
        ends = np.append(ends[ends < len(places) - 1], len(places) - 1)
        measures[name] = function(np.diff(fine[places][ends], prepend=0), np.diff(current[ends], prepend=0))
    return Compared(drift, measures, _picture(bins, places, current, drift))


def _picture(bins: Bins, places: Any, current: Any, drift: Drift) -> dict[str, Any]:
    """Histogram and quantiles from counts: edges are all that is known of the values."""
    np = numpy()
    edges = np.array([drawable(edge) for edge in bins.edges])
    upto = np.array(bins.upto, np.float64)
    known = places < len(edges)
    sides = {
        "reference": (edges, upto, bins.size),
        "current": (edges[places[known]], current[known].astype(np.float64), int(current[-1])),
    }
    grid = np.unique(np.linspace(edges[0], edges[-1], BINS + 1))
    if len(grid) < 2:
        grid = np.array([edges[0] - 0.5, edges[0] + 0.5])
    at = float(np.searchsorted(edges, drift.location, "right"))
    share = float(np.append(0, upto)[int(at)]) / bins.size
    picture: dict[str, Any] = {
        "location": drawable(drift.location),
        "shares": [share, min(max(share - drift.sign * drift.statistic, 0.0), 1.0)],
        "edges": grid.tolist(),
    }
    for name, (own, below, size) in sides.items():
        reached = np.interp(grid, own, below) if len(own) else np.zeros(len(grid))
        reached[0] = 0.0  # what lies below the first edge is drawn with the first bin
        counts = np.rint(np.diff(reached)).astype(int)
        targets = np.linspace(0, 1, POINTS) * size
        reach = np.searchsorted(below, targets, "left").clip(max=max(len(own) - 1, 0))
        quantiles = own[reach] if len(own) else np.full(POINTS, edges[0])
        picture[name] = {
            "counts": counts.tolist(),
            "outside": int(max(size - counts.sum(), 0)),
            "quantiles": [float(value) for value in quantiles],
        }
    return picture


def _categories(about: Counted, told: Mapping[str, Any], absent: int) -> tuple[Drift, dict[str, Any], dict[str, Any]]:
    """Categories that either side tells of too few values count among all others, on both sides."""
    named = {word: count for word, count in told["categories"].items() if word in about.counts}
    reference = {word: about.counts[word] for word in named}
    rest, other = about.size - sum(reference.values()), int(told["other"])
    if rest or other:
        reference[OTHER], named[OTHER] = rest, other
    drift, measures, picture = compare_categories(
        Counted({word: count for word, count in reference.items() if count}, about.nulls),
        Counted({word: count for word, count in named.items() if count}, absent),
    )
    # Within all others the shares may differ by as much as the smaller side holds there.
    total = max(sum(named.values()), 1)
    measures["sketch_error"] = min(rest / about.size, other / total)
    return drift, measures, picture
