"""A suite reads the same as YAML, as JSON and on a DataFrame; what it suggests holds (S3-32, S3-33, S3-34)."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pyarrow as pa
import pytest

from dataquality.engine import examine
from dataquality.frames import validate_dataset
from dataquality.masking import Masker
from dataquality.profiling.tables import ArrowTable
from dataquality.profiling.walk import Walk
from dataquality.suite_text import dump, load
from dataquality.suites import read_suite, suggest
from modelops.lib.errors import Invalid

TEXT = """
rules:
  - name: age-range
    rule: range
    columns: [age]
    params: {min: 0, max: 120}
    level: warn
    tolerate: 0.1
  - name: ordered
    rule: expression
    params: {expression: '"start" <= "end"'}
  - {name: day, rule: range, columns: [when], params: {min: 2013-01-01}}
"""
FRAME = pd.DataFrame(
    {
        "age": [1.0, 30.0, None, 400.0],
        "start": [1, 2, 3, 4],
        "end": [2, 3, 4, 1],
        "when": pd.to_datetime(["2012-12-31", "2013-01-01", "2013-01-02", None]),
        "mail": ["a@example.org", "b@example.org", "c@example.org", "broken\x00@example.org"],
    }
)


def test_yaml_and_json_and_documents_say_the_same() -> None:
    suite = read_suite(load(TEXT))
    document = suite.document()
    for as_yaml in (True, False):
        assert read_suite(load(dump(document, as_yaml=as_yaml))).document() == document
    assert [entry.name for entry in suite.entries] == ["age-range", "ordered", "day"]


def test_a_data_frame_has_the_result_of_its_file() -> None:
    report = validate_dataset(FRAME, TEXT)
    table = ArrowTable(pa.Table.from_pandas(FRAME, preserve_index=False), 2)
    same = examine(table, suite=read_suite(load(TEXT)))
    assert report.score == same.score
    assert report.outcomes == same.outcomes
    assert [each.count for each in report.outcomes] == [1, 1, 1]
    assert report.score.total == Decimal(100) - sum(report.score.deductions, Decimal(0))


def test_a_snoozed_rule_takes_nothing_and_stays_visible() -> None:
    suite = read_suite(load(TEXT))
    table = ArrowTable(pa.Table.from_pandas(FRAME, preserve_index=False))
    awake, asleep = examine(table, suite=suite), examine(table, suite=suite.asleep(["ordered"]))
    (finding,) = [each for each in asleep.findings if each.rule == "rule_expression"]
    assert (finding.severity, finding.failed) == ("info", 0)
    assert asleep.outcomes[1].snoozed
    assert asleep.score.total > awake.score.total


def test_what_is_suggested_holds() -> None:
    table = ArrowTable(pa.table({"a": [1, 2, 3] * 40, "b": ["x", "y", "z"] * 40, "c": ["q", None] * 60}))
    suite = suggest(Walk(table).run())
    assert {entry.kind for entry in suite.entries} == {"present", "range", "set", "columns"}
    assert all(outcome.passed for outcome in examine(table, suite=suite).outcomes)


def test_personal_columns_show_hashes_only() -> None:
    """S2-10, S3-33."""
    table = ArrowTable(pa.Table.from_pandas(FRAME, preserve_index=False))
    (finding,) = [each for each in examine(table).findings if each.rule == "broken_text"]
    assert finding.examples == ("xxxxxx?@xxxxxxx.xxx",)
    hidden = examine(table, masker=Masker(b"k" * 32, {"mail"}))
    (finding,) = [each for each in hidden.findings if each.rule == "broken_text"]
    assert finding.examples[0].startswith("#")
    assert "@example" not in repr(hidden)


@pytest.mark.parametrize(
    "text",
    ["a: &x [1]\nb: *x", "{", "rules: 1", "[]", "!!python/object/apply:os.system ['true']", "x" * 600_000, "rules: []"],
)
def test_text_that_is_no_suite_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_suite(load(text))
