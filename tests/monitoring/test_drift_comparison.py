"""Two tables feature by feature: what can be compared is, what cannot says why."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from modelops.lib import charts
from monitoring.drift.comparison import Feature, compare
from monitoring.drift.profile import drawable, profile


class ArrowTable:
    def __init__(self, **columns: object) -> None:
        self._table = pa.table(columns)
        self.schema = self._table.schema

    def columns(self, names: list[str]) -> Iterator[tuple[str, pa.ChunkedArray]]:
        for name in names:
            yield name, self._table[name]


def by_name(features: list[Feature]) -> dict[str, Feature]:
    return {feature.name: feature for feature in features}


def test_a_shifted_column_drifts_and_an_unchanged_one_does_not() -> None:
    random = np.random.default_rng(3)
    first = {"same": random.normal(size=4000), "shifted": random.normal(size=4000)}
    second = {"same": random.normal(size=3000), "shifted": random.normal(0.5, size=3000)}
    found = by_name(compare(ArrowTable(**first), ArrowTable(**second)))
    assert found["shifted"].verdict is not None
    assert found["shifted"].verdict.drifted
    assert found["same"].verdict is not None
    assert not found["same"].verdict.drifted
    expected = stats.ks_2samp(first["shifted"], second["shifted"])
    assert found["shifted"].drift is not None
    assert found["shifted"].drift.statistic == pytest.approx(expected.statistic, abs=1e-12)
    assert found["shifted"].drift.p_value == pytest.approx(expected.pvalue, abs=1e-12)


def test_what_cannot_be_compared_is_named_with_its_reason() -> None:
    reference = ArrowTable(
        number=[1.0, 2.0, 3.0],
        nothing=pa.nulls(3, pa.float64()),
        void=pa.nulls(3),
        word=["a", "b", "c"],
        code=pa.array(["a", "b", "a"]).dictionary_encode(),
        flag=[True, False, True],
        when=pa.array([1, 2, 3], pa.timestamp("s")),
        gone=[1, 2, 3],
        retyped=[1, 2, 3],
    )
    current = ArrowTable(
        number=[1.0, 2.0],
        nothing=[1.0, 2.0],
        void=[1.0, 2.0],
        word=["a", "b"],
        code=["a", "b"],
        flag=[True, False],
        when=pa.array([1, 2], pa.timestamp("s")),
        retyped=["1", "2"],
        added=[1, 2],
    )
    found = by_name(compare(reference, current))
    assert {name: feature.reason for name, feature in found.items()} == {
        "number": "",
        "nothing": "The reference sample has 0 finite values; at least 2 are needed.",
        "void": "Numbers and categories are compared; the reference column is all null.",
        "word": "",
        "code": "",
        "flag": "",
        "when": "Numbers and categories are compared; the reference column is a time.",
        "gone": "The current data has no such column.",
        "retyped": "The reference column is of numbers, the current one text.",
        "added": "The reference data has no such column.",
    }
    assert all(found[name].drift is None for name, feature in found.items() if feature.reason)


def test_tables_without_a_common_column_give_reasons_only() -> None:
    found = compare(ArrowTable(a=[1, 2]), ArrowTable(b=[1, 2]))
    assert [(feature.name, feature.drift) for feature in found] == [("a", None), ("b", None)]


def test_missing_values_are_left_out_and_counted() -> None:
    found = compare(ArrowTable(a=[1, None, 2, None, 3]), ArrowTable(a=[1.5, float("nan"), None, 2.5, float("inf")]))
    drift = found[0].drift
    assert drift is not None
    assert (drift.n_reference, drift.dropped_reference, drift.n_current, drift.dropped_current) == (3, 2, 2, 3)


def test_whole_numbers_beyond_a_float_stay_apart() -> None:
    base = 2**53
    found = compare(ArrowTable(a=[base, base, base]), ArrowTable(a=[base + 1, base + 1, base + 1]))
    assert found[0].drift is not None
    assert found[0].drift.statistic == 1


def test_decimals_small_floats_and_coded_numbers_are_numbers() -> None:
    decimals = pa.array([1, 2, 3], pa.int64()).cast(pa.decimal128(38, 2))
    halves = pa.array(np.array([1, 2, 3], dtype=np.float16))
    coded = pa.array([1, 2, 3]).dictionary_encode()
    found = compare(ArrowTable(a=decimals, b=halves, c=coded), ArrowTable(a=decimals, b=halves, c=[1, 2, 3]))
    assert [feature.drift.statistic for feature in found if feature.drift] == [0, 0, 0]


NUMBERS = st.one_of(
    st.lists(st.integers(-5, 60), min_size=2, max_size=50).map(lambda v: np.array(v, dtype=np.int64)),
    st.lists(st.integers(-(2**62), 2**62), min_size=2, max_size=50).map(lambda v: np.array(v, dtype=np.int64)),
    st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=50).map(np.array),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(NUMBERS, NUMBERS)
def test_every_value_is_drawn_or_counted_as_outside(reference: np.ndarray, current: np.ndarray) -> None:
    picture = profile(reference, current)
    edges = picture["edges"]
    assert all(np.isfinite(edge) for edge in edges)
    assert edges == sorted(edges)
    for name, sample in (("reference", reference), ("current", current)):
        assert len(picture[name]["counts"]) == len(edges) - 1
        assert sum(picture[name]["counts"]) + picture[name]["outside"] == len(sample)
        assert picture[name]["quantiles"][0] == drawable(float(sample.min()))
        assert picture[name]["quantiles"][-1] == drawable(float(sample.max()))


EXTREMES = [0.0, 5e-324, 1e-300, 1.0, 1.0 + 1e-15, -1e9, 2.0**60, 1.7e308, -1.7e308]


@pytest.mark.parametrize("low", EXTREMES)
@pytest.mark.parametrize("high", EXTREMES)
def test_extreme_numbers_can_be_drawn(low: float, high: float) -> None:
    picture = profile(np.array([low, high]), np.array([low, low]))
    drawn = charts.histogram_pair(picture["reference"]["counts"], picture["current"]["counts"], picture["edges"])
    drawn += charts.ecdf_pair(picture["reference"]["quantiles"], picture["current"]["quantiles"])
    assert 'd="M' in drawn
    assert "nan" not in drawn
    assert "inf" not in drawn


def test_few_whole_numbers_get_a_bin_each() -> None:
    picture = profile(np.array([1, 2, 2, 5]), np.array([1, 1, 3]))
    assert picture["edges"] == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]
    assert picture["reference"]["counts"] == [1, 2, 0, 0, 1]
    assert picture["current"]["counts"] == [2, 0, 1, 0, 0]
