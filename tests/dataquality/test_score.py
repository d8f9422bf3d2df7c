"""The score is exact, says where every point went and never flatters (S3-32)."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataquality.dimensions import WEIGHTS, Dimension
from dataquality.engine import examine
from tests.dataquality.tables import ArrowTable, report

CELLS = st.one_of(
    st.lists(st.none() | st.integers(-5, 5), min_size=4, max_size=4),
    st.lists(st.none() | st.floats(width=32), min_size=4, max_size=4),
    st.lists(st.none() | st.text(max_size=3), min_size=4, max_size=4),
    st.lists(st.none() | st.booleans(), min_size=4, max_size=4),
)
TABLES = st.lists(CELLS, min_size=1, max_size=5)


def arrow(columns: list[list[object]]) -> ArrowTable:
    return ArrowTable(pa.table({f"c{place}": pa.array(values) for place, values in enumerate(columns)}))


@settings(max_examples=200, deadline=None)
@given(TABLES)
def test_deductions_sum_to_the_score(columns: list[list[object]]) -> None:
    found = examine(arrow(columns))
    assert found.score.total == Decimal(100) - sum(found.score.deductions, Decimal(0))
    assert sum(line.deduction for line in found.score.dimensions) == sum(found.score.deductions, Decimal(0))
    assert 0 <= found.score.total <= 100
    assert all(0 <= line.score <= 100 for line in found.score.dimensions)


@settings(max_examples=100, deadline=None)
@given(TABLES)
def test_the_same_data_scores_the_same(columns: list[list[object]]) -> None:
    assert examine(arrow(columns)) == examine(arrow(columns))


def test_the_weights_are_a_hundred() -> None:
    assert sum(WEIGHTS.values()) == 100
    assert set(WEIGHTS) == set(Dimension)


def test_flawless_data_scores_a_hundred() -> None:
    found = report(a=list(range(100)), b=[f"n{number}" for number in range(100)])
    assert (found.score.total, found.findings) == (Decimal(100), ())


def test_one_flaw_in_a_million_cells_is_not_a_hundred() -> None:
    found = report(a=pa.array([None, *range(1_000_000)], pa.int64()))
    assert Decimal("99.9999") < found.score.total < 100


def test_a_known_table_scores_by_hand() -> None:
    """Three of 100 cells missing (30 points), no number, so the other weights carry the ten of the outliers."""
    found = report(a=[f"n{number}" for number in range(97)] + [None, None, None])
    by_dimension = {line.dimension: line for line in found.score.dimensions}
    assert Dimension.OUTLIERS not in by_dimension
    assert by_dimension[Dimension.COMPLETENESS].weight == Decimal("33.333333")
    assert by_dimension[Dimension.COMPLETENESS].score == Decimal(97)
    # 100/3 * 3/100 = 1 point; two of the three empty rows repeat the first: 200/9 * 2/100 = 0.4444…, rounded up.
    assert found.score.deductions == (Decimal("1.000000"), Decimal("0.444445"))
    assert found.score.total == Decimal("98.555555")


@pytest.mark.parametrize("worse", [1, 10, 90])
def test_more_missing_values_score_lower(worse: int) -> None:
    def score(missing: int) -> Decimal:
        return report(a=pa.array([None] * missing + list(range(100 - missing)), pa.int64()), b=range(100)).score.total

    assert score(worse) < score(worse - 1)
