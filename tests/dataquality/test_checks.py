"""Each check finds what it is for and leaves the rest alone (S3-27 to S3-31)."""

from __future__ import annotations

import datetime as dt
import math

import pyarrow as pa
import pytest

from dataquality.dimensions import Severity
from dataquality.engine import examine
from modelops.lib.errors import Invalid
from tests.dataquality.tables import counts, report, table


def test_three_blanks_in_a_hundred_are_three_percent() -> None:
    """S3-27."""
    values = [str(number) for number in range(97)] + ["", "  ", None]
    (finding,) = [finding for finding in report(a=values).findings if finding.rule == "missing"]
    assert (finding.count, finding.of, finding.share) == (3, 100, 0.03)
    assert finding.first_rows == (98, 99, 100)
    assert finding.severity is Severity.INFO
    assert finding.message == "3 of 100 values are missing."


@pytest.mark.parametrize(("missing", "severity"), [(4, "info"), (5, "warning"), (50, "critical"), (100, "critical")])
def test_missing_values_weigh_by_their_share(missing: int, severity: str) -> None:
    values = [None] * missing + list(range(100 - missing))
    (finding,) = [f for f in report(a=pa.array(values, pa.int64()), b=list(range(100))).findings if f.rule == "missing"]
    assert finding.severity == severity


def test_a_column_that_is_all_null_is_missing_and_nothing_else() -> None:
    for kind in (pa.null(), pa.string(), pa.float64(), pa.int8(), pa.timestamp("us"), pa.bool_(), pa.list_(pa.int8())):
        found = report(a=pa.nulls(20, kind), b=list(range(20)))
        assert counts(found) == {("missing", "a"): 20}, kind


def test_not_a_number_is_missing_and_infinity_is_invalid() -> None:
    found = counts(report(a=[1.0, math.nan, None, math.inf, -math.inf, 2.0, 3.0], b=list(range(7))))
    assert found[("missing", "a")] == 2
    assert found[("not_finite", "a")] == 2


def test_two_equal_rows_are_one_duplicate() -> None:
    """S3-28."""
    found = report(a=[1, 1, 1, 2], b=["x", "x", "y", "x"], c=[None, None, None, None])
    (finding,) = [finding for finding in found.findings if finding.rule == "duplicate_rows"]
    assert (finding.count, finding.first_rows, finding.column) == (1, (2,), None)
    assert ("duplicate_rows", None) not in counts(report(a=[1, 1, 1, 2], b=["x", "z", "y", "x"]))


def test_lists_and_structures_are_compared_too() -> None:
    found = counts(report(a=[[1, 2], [1, 2], [2, 1]], b=[{"k": 1}, {"k": 1}, {"k": 1}]))
    assert found[("duplicate_rows", None)] == 1


def test_one_word_in_a_column_of_numbers_is_a_stray() -> None:
    """S3-29: a file of separated values with one bad cell arrives as text."""
    found = counts(report(a=[f"{number}.5" for number in range(99)] + ["n/a"]))
    assert found == {("not_a_number", "a"): 1}
    assert counts(report(a=[f"N{number}" for number in range(99)] + ["7"])) == {}


def test_a_day_that_does_not_exist_is_found() -> None:
    days = [f"2013-01-{day:02}" for day in range(1, 29)]
    assert counts(report(a=[*days, "2013-02-30"])) == {("not_in_calendar", "a"): 1}
    assert counts(report(a=[*days, "soon"])) == {("not_a_date", "a"): 1}
    assert counts(report(a=[*days, "2012-02-29T10:00:00Z"])) == {}


def test_a_placeholder_far_in_the_future_is_out_of_the_calendar() -> None:
    days = [dt.date(2013, 1, day) for day in range(1, 31)]
    assert counts(report(a=[*days, dt.date(9999, 12, 31)])) == {("out_of_calendar", "a"): 1}
    assert counts(report(a=days)) == {}


def test_a_zone_that_nobody_knows_does_not_stop_a_run() -> None:
    moments = pa.array([0, 2**62, *range(1, 11)], pa.timestamp("s", tz="Mars/Base"))
    assert counts(report(a=moments)) == {("out_of_calendar", "a"): 1}


@pytest.mark.parametrize(
    "values",
    [
        pa.array([2**64 - 1 - number for number in range(12)], pa.uint64()),
        pa.array([b"a\xff", b"b"] * 6),
        pa.array(list(range(12)), pa.duration("s")),
        pa.array(list(range(12)), pa.time64("us")),
        pa.array([[("a", 1)], []] * 6, pa.map_(pa.string(), pa.int64())),
        pa.array([1.7e308, -1.7e308] * 6),
        pa.array(["a", "b"] * 6, pa.string_view()),
        pa.RunEndEncodedArray.from_arrays(pa.array([6, 12], pa.int32()), pa.array([1, 2])),
        pa.UnionArray.from_sparse(pa.array([0] * 12, pa.int8()), [pa.array(list(range(12)))]),
    ],
    ids=lambda values: str(values.type),
)
def test_columns_of_rare_types_are_examined(values: pa.Array) -> None:
    assert counts(report(a=values, b=list(range(12)))) == {}


def test_broken_characters_are_found() -> None:
    values = ["fine", "bro\x00ken", "Sm\ufffdrrebr\ufffdd", "tab\tand\nline"]
    assert counts(report(a=values)) == {("broken_text", "a"): 2}


def test_a_constant_column_is_flagged_and_a_nearly_constant_one_is_noted() -> None:
    """S3-30."""
    found = report(a=[7] * 200, b=[0] * 199 + [1], c=list(range(200)))
    assert {(f.rule, f.column, f.severity.value) for f in found.findings} == {
        ("constant", "a", "warning"),
        ("nearly_constant", "b", "info"),
    }
    noted = [f for f in found.findings if f.rule == "nearly_constant"]
    assert noted[0].failed == 0


def test_numbers_among_words_are_mixed_kinds() -> None:
    found = counts(report(a=["12", "13", "14", "many", "few", "none", "some", "one"]))
    assert found == {("mixed_kinds", "a"): 3}


def test_spellings_that_differ_in_capitals_are_mixed() -> None:
    found = counts(report(a=["JFK"] * 5 + ["jfk", "JFK ", "LGA", "EWR"], b=list(range(9))))
    assert found == {("mixed_spellings", "a"): 2}


def test_case_matters_where_every_value_is_an_identifier_of_its_own() -> None:
    identifiers = [f"{number:x}" for number in range(160, 600)] + ["AB", "ab1"]
    assert ("mixed_spellings", "a") not in counts(report(a=[f"k{value}" for value in identifiers] + ["KA0"]))


def test_a_changed_type_and_a_lost_column_break_the_schema() -> None:
    """S3-30: schema against the version before."""
    found = report({"a": "string", "b": "int64", "c": "double"}, a=[1, 2, 3], b=[1, 2, 3], d=[3, 2, 1])
    assert {(f.rule, f.column, f.severity.value) for f in found.findings} == {
        ("retyped", "a", "critical"),
        ("removed", "c", "critical"),
    }


def test_the_fences_are_the_textbook_ones() -> None:
    """S3-31: quartiles of 1..11 and 100 by linear interpolation are 3.75 and 9.25, the upper fence is 17.5."""
    (finding,) = report(a=[*range(1, 12), 100]).findings
    assert (finding.rule, finding.count, finding.first_rows) == ("outlier", 1, (12,))
    assert finding.detail == {"low": 3.75 - 1.5 * 5.5, "high": 17.5}


def test_a_column_whose_middle_is_one_value_has_no_fences() -> None:
    assert counts(report(a=[0] * 30 + [1, 2, 900], b=list(range(33)))) == {}


def test_data_without_a_row_is_refused() -> None:
    with pytest.raises(Invalid, match="0 rows") as refusal:
        report(a=pa.array([], pa.int64()))
    assert refusal.value.code == "dataset.empty"
    assert report(a=[1]).rows == 1


def test_progress_is_told_in_rows() -> None:
    told: list[tuple[int, int, str]] = []
    examine(table(a=[1, 2], b=[3, 4]), progress=lambda *step: told.append(step))
    assert told == [(0, 2, "reading"), (2, 2, "checking"), (2, 2, "settling")]
