"""Columns that are empty, constant, full of names or half missing have a defined outcome (S3-46, S3-48)."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy import special, stats
from scipy.spatial import distance

from monitoring.drift import buckets
from monitoring.drift.buckets import tally
from monitoring.drift.comparison import Feature, compare
from monitoring.drift.evaluation import FeaturePolicy, Policy
from monitoring.drift.gap import Ordered
from monitoring.drift.sample import Sample
from monitoring.drift.statistics.chi_square import chi_square, upper_tail
from monitoring.drift.statistics.jensen_shannon import jensen_shannon
from monitoring.drift.statistics.psi import psi
from monitoring.drift.statistics.wasserstein import wasserstein
from tests.monitoring.test_drift_comparison import ArrowTable


def one(before: object, after: object, **more: object) -> Feature:
    (found,) = compare(ArrowTable(a=before), ArrowTable(a=after), **more)  # type: ignore[arg-type]
    return found


def test_a_column_that_lost_all_values_has_drifted() -> None:
    found = one(list(range(100)), pa.nulls(80, pa.int64()))
    assert (found.method, found.reason) == ("nulls", "")
    assert found.verdict is not None
    assert found.verdict.drifted
    assert found.drift is not None
    assert (found.drift.statistic, found.drift.n_current, found.drift.dropped_current) == (1.0, 0, 80)


def test_more_missing_values_are_drift_though_the_rest_is_as_before() -> None:
    values = np.arange(2000) % 50
    absent = np.random.default_rng(1).random(2000) < 0.2
    for column in (pa.array(values), pa.array(values.astype(str))):
        with_nulls = pa.array([None if gone else value for value, gone in zip(column.to_pylist(), absent, strict=True)])
        found = one(column, with_nulls)
        assert found.verdict is not None
        assert found.verdict.drifted
        assert found.measures["nulls_difference"] == pytest.approx(absent.mean())
        assert not one(column, column).measures.get("nulls_p_value")


def test_true_and_false_are_categories() -> None:
    found = one([True, False] * 500, [True, True, True, False] * 250)
    assert found.method == "chi_square"
    assert found.drift is not None
    assert found.drift.statistic == pytest.approx(0.25)
    expected = stats.chi2_contingency([[500, 500], [250, 750]], correction=False)
    assert found.drift.p_value == pytest.approx(expected.pvalue, abs=1e-12)
    assert found.verdict is not None
    assert found.verdict.drifted


def test_new_and_vanished_categories_are_counted() -> None:
    found = one(["a", "b"] * 300, ["b", "c"] * 300)
    assert (found.measures["new_categories"], found.measures["vanished_categories"]) == (1, 1)
    assert found.profile is not None
    assert (found.profile["new"], found.profile["vanished"]) == (["c"], ["a"])


def test_a_column_of_names_is_no_category() -> None:
    names = [f"order {number}" for number in range(10_001)]
    assert "10001 distinct values" in one(names, names).reason
    assert "Is it an identifier?" in one(["a"] * 10_001, names).reason


def test_constants_differ_or_do_not() -> None:
    same, moved = one([7] * 300, [7] * 200), one([7] * 300, [8] * 200)
    assert (same.drift.statistic, moved.drift.statistic) == (0.0, 1.0)  # type: ignore[union-attr]
    assert same.measures["psi"] == pytest.approx(0.0, abs=0.05)
    assert moved.measures["psi"] > 1
    assert moved.verdict is not None
    assert moved.verdict.drifted


@pytest.mark.parametrize("size", [50, 60_000])
@pytest.mark.parametrize("away", [-1e6, 1e6])
def test_values_with_nothing_in_common_are_the_largest_gap(size: int, away: float) -> None:
    """S3-46: as for scipy, whichever side the new values lie on; also where all fall into one bucket."""
    before = np.random.default_rng(3).normal(size=size)
    [found] = compare(ArrowTable(a=before), ArrowTable(a=before + away))
    expected = stats.ks_2samp(before, before + away)
    assert found.drift is not None
    assert found.verdict is not None
    assert (found.drift.statistic, found.drift.sign, found.verdict.drifted) == (1.0, expected.statistic_sign, True)
    assert (found.drift.location, found.drift.p_value) == (
        expected.statistic_location,
        pytest.approx(expected.pvalue, abs=1e-12),
    )


def test_one_row_and_no_row_are_too_few() -> None:
    for after in ([1.0], []):
        assert one([1.0, 2.0], pa.array(after, pa.float64())).reason.startswith("The current sample has ")
        assert one(["a", "b"], pa.array(map(str, after), pa.string())).reason.startswith("The current sample has ")


def test_a_large_column_is_pictured_from_its_buckets() -> None:
    random = np.random.default_rng(2)
    before, after = random.lognormal(size=30_000), random.lognormal(0.1, 1, 30_000)
    found = one(before, after, wasserstein=True)
    assert found.profile is not None
    for name, sample in (("reference", before), ("current", after)):
        side = found.profile[name]
        assert sum(side["counts"]) + side["outside"] == len(sample)
        assert (side["quantiles"][0], side["quantiles"][-1]) == (sample.min(), sample.max())
        assert side["quantiles"] == sorted(side["quantiles"])
        assert side["quantiles"][100] == pytest.approx(np.median(sample), rel=0.01)
    edges = found.profile["edges"]
    assert edges == sorted(edges)
    shares = [float(np.mean(sample <= found.profile["location"])) for sample in (before, after)]
    assert found.profile["shares"] == pytest.approx(shares, abs=1e-12)
    expected = stats.wasserstein_distance(before, after)
    assert found.measures["wasserstein"] == pytest.approx(expected, rel=1e-9)


def test_statistics_equal_scipy() -> None:
    random = np.random.default_rng(3)
    for _ in range(50):
        first, second = random.integers(0, 400, (2, 12))
        assert jensen_shannon(first, second) == pytest.approx(distance.jensenshannon(first, second, base=2), abs=1e-12)
        large = [first + 20, second + 20]
        expected = stats.chi2_contingency(large, correction=False)
        found = chi_square(*large)
        assert (found.statistic, found.p_value) == pytest.approx((expected.statistic, expected.pvalue), abs=1e-9)
        p, q = (side / side.sum() for side in large)
        assert psi(*large) == pytest.approx(stats.entropy(p, q) + stats.entropy(q, p), abs=1e-12)
        samples = np.sort(random.normal(size=30)), np.sort(random.normal(size=40))
        assert wasserstein(*samples) == pytest.approx(stats.wasserstein_distance(*samples), abs=1e-12)


def test_the_tail_of_chi_square_is_scipys_whichever_way_it_is_computed() -> None:
    """S3-46: summed for few degrees of freedom, asked of scipy for many, for nothing and for the impossible."""
    random = np.random.default_rng(5)
    for _ in range(3000):
        freedom, statistic = int(random.integers(1, 230)), float(10 ** random.uniform(-8, 3.3))
        expected = float(special.chdtrc(freedom, statistic))
        assert upper_tail(freedom, statistic) == pytest.approx(expected, rel=1e-12, abs=1e-300)
    assert upper_tail(1, 0.0) == upper_tail(2, 0.0) == 1.0


@pytest.mark.parametrize("kind", ["float64", "int64", "uint64"])
def test_a_tally_tells_both_ends_of_what_is_finite(kind: str) -> None:
    """S3-46: by the compiled loops and by NumPy, of numbers of either sign and beyond 2^63."""
    random = np.random.default_rng(6)
    loops = (buckets._count, buckets._count_singles)
    for size in (50, 5000):
        spread = random.normal(0, 5, size) * 10 ** random.integers(0, 3, size)
        values = np.abs(spread).astype(kind) + np.uint64(2**63) if kind == "uint64" else spread.astype(kind)
        reference = Ordered.of(np.sort(values))
        assert reference.buckets is not None
        if kind == "float64":
            values[random.random(size) < 0.1] = random.choice([np.nan, np.inf, -np.inf])
        finite = values[np.isfinite(values)] if kind == "float64" else values
        for ways in ([loop.twin for loop in loops], [loop.compile() or loop.twin for loop in loops]):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(buckets, "_count", ways[0])
                patch.setattr(buckets, "_count_singles", ways[1])
                counted = tally(Sample.of(values), reference.buckets)
            assert counted.ends == (finite.min(), finite.max())
            assert (counted.dropped, counted.counts.sum()) == (size - len(finite), len(finite))


def test_an_ignored_feature_raises_nothing_and_weighs_on_no_other() -> None:
    random = np.random.default_rng(4)
    before = {name: random.normal(size=500) for name in "ab"}
    after = {name: random.normal(3, 1, 500) for name in "ab"}
    policy = Policy(features={"a": FeaturePolicy(ignored=True), "b": FeaturePolicy(minimum_effect=0.5)})
    found = compare(ArrowTable(**before), ArrowTable(**after), policy=policy)
    assert [feature.verdict.drifted for feature in found if feature.verdict] == [False, True]
    assert Policy.from_json(policy.as_json()) == policy
