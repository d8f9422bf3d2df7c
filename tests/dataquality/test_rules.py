"""Each rule passes what keeps it, counts what breaks it, and its filter finds the same rows again (S3-27 to S3-31)."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from dataquality.checks.rules import rules
from dataquality.engine import examine
from dataquality.expressions import parse, truth
from dataquality.profiling.cells import Cells
from dataquality.profiling.tables import ArrowTable
from dataquality.suites import read_suite
from modelops.lib.errors import Invalid

NOW = dt.datetime(2013, 3, 1, tzinfo=dt.UTC)
DAYS = [dt.date(2013, 2, day) for day in (1, 2, 3, 4, 5, 6, 7, 28)]
TABLE = pa.table(
    {
        "id": [1, 2, 3, 4, 5, 6, 7, 7],
        "age": [20, 30, None, 40, 50, 60, 70, 400],
        "text": ["aa1", "bb2", "cc3", "", None, "dd4", "ee5", "other"],
        "code": pa.array(["x", "y", "x", "y", "x", "y", "x", "z"]).dictionary_encode(),
        "amount": ["1", "2.5", "3", "4", "5", "6", "7", "many"],
        "day": DAYS,
        "same": ["s"] * 8,
        "low": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0],
        "high": [2.0, 3.0, 4.0, 5.0, None, 7.0, 8.0, 1.0],
    }
)
# rule, columns, params that are kept, params that are broken, rows that break
ROWS: list[tuple[str, list[str], dict[str, Any], dict[str, Any], tuple[int, ...]]] = [
    ("range", ["age"], {"min": 0, "max": 400}, {"min": 0, "max": 120}, (8,)),
    ("range", ["day"], {"min": "2013-01-01"}, {"max": "2013-02-07"}, (8,)),
    ("set", ["code"], {"values": ["x", "y", "z"]}, {"values": ["x", "y"]}, (8,)),
    ("set", ["id"], {"values": [1, 2, 3, 4, 5, 6, 7]}, {"values": [1, 2, 3, 4, 5, 7]}, (6,)),
    ("pattern", ["text"], {"pattern": "[a-z]+[0-9]?"}, {"pattern": "[a-z]{2}[0-9]"}, (8,)),
    ("length", ["text"], {"min": 3, "max": 5}, {"max": 4}, (8,)),
    ("type", ["low"], {"type": "number"}, {"type": "date"}, (1, 2, 3, 4, 5)),
    ("type", ["day"], {"type": "date"}, {"type": "number"}, (1, 2, 3, 4, 5)),
    ("expression", [], {"expression": '"low" > 0'}, {"expression": '"low" < "high"'}, (8,)),
    ("complete_rows", ["age", "text"], {"most": 1}, {"most": 0}, (3, 4, 5)),
]


def outcome(rule: str, columns: list[str], params: dict[str, Any], **more: Any) -> Any:
    suite = read_suite({"rules": [{"name": "it", "rule": rule, "columns": columns, "params": params, **more}]})
    report = examine(ArrowTable(TABLE, 3), suite=suite, now=NOW, history=(8, 9, 8))
    found = [finding for finding in report.findings if finding.rule == f"rule_{rule}"]
    assert len(report.outcomes) == 1
    assert report.outcomes[0].passed is not bool(found)
    return report.outcomes[0], found[0] if found else None


@pytest.mark.parametrize("distinct", [3, 60, 200])
@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_a_list_holds_texts_byte_by_byte_however_many_there_are(distinct: int, kind: pa.DataType) -> None:
    """S3-31: looked up one by one or all at once, also what is not decodable and what is not there."""
    texts = [b"caf\xc3\xa9", b"\xff\xfe", "\U0001f600".encode(), *(b"text %d" % place for place in range(distinct))]
    cells = pa.array([*texts, None, *texts], pa.binary())
    wide = cells.cast(pa.large_binary()) if pa.types.is_large_string(kind) else cells
    column = wide.view(pa.large_string() if pa.types.is_large_string(kind) else pa.string())
    column = column.dictionary_encode() if pa.types.is_dictionary(kind) else column
    allowed = ["caf\u00e9", "\U0001f600", "text 1", "Text 2", "cafe\u0301"]
    rule = rules.get("set")(["a"], {"values": allowed})
    broken = {place for place, text in enumerate(texts) if text not in {each.encode() for each in allowed}}
    with_again = broken | {len(texts) + 1 + place for place in broken}
    found = rule.watches()[0].look([Cells(column)])[0]
    assert set(np.flatnonzero(found).tolist()) == with_again


@pytest.mark.parametrize(("rule", "columns", "kept", "broken", "rows"), ROWS)
def test_rules_about_rows(
    rule: str, columns: list[str], kept: dict[str, Any], broken: dict[str, Any], rows: tuple[int, ...]
) -> None:
    """S3-29: each rule has a table that keeps it and one that breaks it; S3-33: count, first rows, filter, examples."""
    assert outcome(rule, columns, kept)[0].passed
    told, finding = outcome(rule, columns, broken)
    assert not told.passed
    assert finding.first_rows == rows
    assert all("aa1" not in example and "400" not in example for example in finding.examples)
    if finding.filter:
        expression = parse(finding.filter)
        cells = {name: Cells(TABLE[name].combine_chunks()) for name in expression.columns}
        true, _ = truth(expression, cells, TABLE.num_rows)
        assert tuple(row + 1 for row, is_true in enumerate(true) if is_true)[:5] == rows
        assert true.sum() == finding.count


@pytest.mark.parametrize(
    ("rule", "columns", "params", "count", "of"),
    [
        ("present", ["age"], {}, 1, 8),
        ("present", ["id"], {}, 0, 8),
        ("unique", ["id"], {}, 1, 8),
        ("unique", ["id", "day"], {}, 0, 8),
        ("varies", ["same"], {}, 1, 1),
        ("varies", ["id"], {}, 0, 1),
        ("columns", [], {"values": ["id: int64", "gone: int64", "day: string"]}, 2, 3),
        ("columns", [], {"values": ["id: int64"]}, 0, 1),
        ("freshness", ["day"], {"days": 1}, 0, 1),
        ("freshness", ["day"], {"days": 0.5}, 1, 1),
        ("volume", [], {"min": 8, "max": 8}, 0, 1),
        ("volume", [], {"min": 9}, 1, 1),
        ("volume", [], {"change": 0.1}, 0, 1),
        ("volume", [], {"max": 7, "change": 0.1}, 1, 1),
        ("fences", ["age"], {}, 1, 7),
        ("fences", ["low"], {}, 0, 8),
        ("robust_z", ["age"], {}, 1, 7),
        ("robust_z", ["low"], {}, 0, 8),
        ("type", ["amount"], {"type": "number"}, 1, 8),
        ("type", ["amount"], {"type": "whole"}, 2, 8),
    ],
)
def test_rules_about_columns_and_tables(
    rule: str, columns: list[str], params: dict[str, Any], count: int, of: int
) -> None:
    """S3-27, S3-28, S3-30, S3-31."""
    told, _ = outcome(rule, columns, params)
    assert (told.count, told.of, told.passed) == (count, of, count == 0)


def test_a_tolerated_share_passes_and_the_level_decides_how_grave() -> None:
    assert outcome("unique", ["id"], {}, tolerate=0.2)[0].passed
    assert outcome("unique", ["id"], {}, level="warn")[1].severity == "warning"
    assert outcome("unique", ["id"], {})[1].severity == "critical"


def test_a_pattern_cannot_hang() -> None:
    """S3-29: the pattern that stops backtracking engines for years is answered at once."""
    table = pa.table({"a": ["a" * 5000 + "!"] * 50})
    suite = read_suite({"rules": [{"rule": "pattern", "columns": ["a"], "params": {"pattern": "(a+)+"}}]})
    started = time.process_time()
    (told,) = examine(ArrowTable(table), suite=suite, threads=1).outcomes
    assert told.count == 50
    assert time.process_time() - started < 30  # a backtracking engine takes longer than the universe


def test_every_kind_is_tried_here() -> None:
    tried = {row[0] for row in ROWS} | {
        "present", "unique", "varies", "columns", "freshness", "volume", "fences", "robust_z", "reference",
    }  # fmt: skip
    assert tried == set(rules.keys())


def test_a_reference_is_looked_up_in_the_other_dataset() -> None:
    lines = [{"rule": "reference", "columns": ["code"], "params": {"dataset": "codes", "column": "code"}}]
    suite = read_suite({"rules": lines})
    with pytest.raises(Invalid) as refusal:
        examine(ArrowTable(TABLE), suite=suite)
    assert refusal.value.code == "rule.reference"
    suite.entries[0].rule.known = pa.array(["x", "y"])  # type: ignore[attr-defined]
    (told,) = examine(ArrowTable(TABLE), suite=suite).outcomes
    assert (told.count, told.of) == (1, 8)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"rule": "nothing"}, "suite.invalid"),
        ({"rule": "range", "columns": ["a"]}, "rule.parameter"),
        ({"rule": "range", "columns": ["a"], "params": {"min": 3, "max": 1}}, "rule.parameter"),
        ({"rule": "range", "columns": ["a"], "params": {"min": float("nan")}}, "rule.parameter"),
        ({"rule": "range", "columns": [], "params": {"min": 3}}, "rule.columns"),
        ({"rule": "set", "columns": ["a"], "params": {"values": []}}, "rule.parameter"),
        ({"rule": "pattern", "columns": ["a"], "params": {"pattern": "(?=a)"}}, "rule.pattern"),
        ({"rule": "pattern", "columns": ["a"], "params": {"pattern": "a" * 600}}, "rule.pattern"),
        ({"rule": "expression", "params": {"expression": '"a" >'}}, "expression.invalid"),
        ({"rule": "expression", "params": {"expression": "__import__('os')"}}, "expression.invalid"),
        ({"rule": "expression", "params": {"expression": "(" * 1000 + "1"}}, "expression.invalid"),
        ({"rule": "present", "columns": ["a"], "level": "panic"}, "suite.invalid"),
        ({"rule": "present", "columns": ["a"], "tolerate": 1}, "suite.invalid"),
        ({"rule": "present", "columns": ["a"], "surprise": 1}, "suite.invalid"),
        ({"rule": "present", "columns": ["a"], "name": "../x"}, "suite.invalid"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(line: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_suite({"rules": [line]})
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"rule": "present", "columns": ["gone"]}, "rule.column_missing"),
        ({"rule": "range", "columns": ["text"], "params": {"min": 1}}, "rule.kind"),
        ({"rule": "range", "columns": ["day"], "params": {"min": 1}}, "rule.kind"),
        ({"rule": "set", "columns": ["text"], "params": {"values": [1]}}, "rule.kind"),
        ({"rule": "expression", "params": {"expression": "\"low\" > 'a'"}}, "expression.kind"),
        ({"rule": "expression", "params": {"expression": '"low" + 1'}}, "expression.not_a_condition"),
    ],
)
def test_a_rule_that_does_not_fit_the_table_is_refused(line: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        examine(ArrowTable(TABLE), suite=read_suite({"rules": [line]}))
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "values",
    [
        [1.0, None, 3.0, float("nan")],
        [float("inf"), 2.0, None],
        [float("-inf"), float("inf")],
        [-0.0, 0.0],
        [2**53, 2**53 + 1],
        [float("nan"), None],
        [],
    ],
)
def test_a_range_is_broken_by_what_numpy_finds_outside(values: list[Any]) -> None:
    """S3-27: also where no value reaches a bound, where one is infinite and where there is none."""
    column = pa.array(values, None if any(isinstance(value, (int, float)) for value in values) else pa.float64())
    numbers = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    for low in (None, -1e308, 0, 1, 2, 2**53 + 1):
        for high in (None, 0, 2, 3, 2**53, 1e308):
            given = {name: bound for name, bound in (("min", low), ("max", high)) if bound is not None}
            if not given or (len(given) == 2 and low > high):
                continue
            (watch,) = rules.get("range")(["it"], given).watches()
            broken, of = watch.look([Cells(column)])
            expected = [
                bool((low is not None and each < float(low)) or (high is not None and each > float(high)))
                for each in numbers
            ]
            assert broken.tolist() == expected
            assert of == np.count_nonzero(~np.isnan(numbers))
