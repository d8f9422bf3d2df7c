"""Metrics and types as people read them."""

import doctest

from registry import descriptions, metric_table
from registry.metric_table import metric_table as table
from registry.tables import type_names


def test_the_examples_hold() -> None:
    for module in (metric_table, type_names, descriptions):
        outcome = doctest.testmod(module)
        assert outcome.attempted > 0
        assert outcome.failed == 0


def test_groups_become_columns_with_gaps() -> None:
    found = table({"july.auc": 0.6, "june.auc": 0.7, "june.rows": 10.0})
    assert found.columns == ["july", "june"]
    assert found.rows == [("auc", [0.6, 0.7]), ("rows", [None, 10.0])]


def test_names_without_a_group_stay_whole() -> None:
    assert table({"a.b.c": 1.0, "x.y": 2.0}).rows == [("a.b.c", [1.0]), ("x.y", [2.0])]
    assert table({".a": 1.0, "b.": 2.0}).columns == ["Value"]
