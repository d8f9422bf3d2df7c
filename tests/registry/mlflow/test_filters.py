"""The filter language of searches: what it reads, and what it refuses."""

from typing import Any

import pytest

from modelops.lib.errors import Invalid
from registry.mlflow.filter_grammars import EXPERIMENTS, LOGGED_MODELS, MODEL_VERSIONS, REGISTERED_MODELS, RUNS
from registry.mlflow.filters import LONGEST_FILTER, MOST_COMPARISONS, Comparison, Grammar, parsed, parsed_orders


def read(text: str, grammar: Grammar = RUNS) -> list[tuple[str, str, str, Any]]:
    return [(one.entity, one.key, one.comparator, one.value) for one in parsed(text, grammar)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("   ", []),
        ("status = 'FINISHED'", [("attribute", "status", "=", "FINISHED")]),
        ("attributes.status='FINISHED'", [("attribute", "status", "=", "FINISHED")]),
        ("attr.run_name LIKE 'a%'", [("attribute", "run_name", "LIKE", "a%")]),
        ("run.run_id in ('a', \"b\")", [("attribute", "run_id", "IN", ("a", "b"))]),
        ("run_id NOT IN ('a',)", [("attribute", "run_id", "NOT IN", ("a",))]),
        ("`run name` ilike 'x'", [("attribute", "run_name", "ILIKE", "x")]),
        ("created > 1700000000000", [("attribute", "start_time", ">", 1700000000000)]),
        ("metrics.acc >= -1.5e-3", [("metric", "acc", ">=", -0.0015)]),
        ("metric.`val/acc 1` < .5", [("metric", "val/acc 1", "<", 0.5)]),
        ('metrics."val acc" != 1', [("metric", "val acc", "!=", 1)]),
        ("metrics.acc <> 1", [("metric", "acc", "!=", 1)]),
        ("params.p = 'x' AND parameters.q != \"y\"", [("param", "p", "=", "x"), ("param", "q", "!=", "y")]),
        ("tags.mlflow.user = 'me'", [("tag", "mlflow.user", "=", "me")]),
        ("tag.a IS NULL and param.b is not null", [("tag", "a", "IS NULL", None), ("param", "b", "IS NOT NULL", None)]),
        ("tags.a = 'it''s AND b = ''c'''", [("tag", "a", "=", "it's AND b = 'c'")]),
        ("dataset.name = 'flights' AND datasets.digest IN ('1')",
         [("dataset", "name", "=", "flights"), ("dataset", "digest", "IN", ("1",))]),
        ("tags.é = 'ü'", [("tag", "é", "=", "ü")]),
    ],
)  # fmt: skip
def test_comparisons_are_read(text: str, found: list[tuple[str, str, str, Any]]) -> None:
    assert read(text) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("status = 'a' OR status = 'b'", "Invalid clause(s) in filter string: 'OR'"),
        ("(status = 'a')", "Invalid clause(s) in filter string: '('"),
        ("NOT status = 'a'", "Invalid clause(s) in filter string: 'NOT'"),
        ("status = 'a' status = 'b'", "Invalid clause(s) in filter string: 'status'"),
        ("status = 'a' AND", "Invalid clause(s) in filter string"),
        ("AND", "Invalid clause(s) in filter string"),
        ("status = 'a';", "Invalid clause(s) in filter string: ';'"),
        ("status = 'a' -- x", "Invalid clause(s) in filter string"),
        ("status", "Invalid clause(s) in filter string"),
        ("status =", "Invalid clause(s) in filter string"),
        ("status = a", "Expected a quoted string value"),
        ("status = 1", "Expected a quoted string value"),
        ("status = 'a", "Expected a quoted string value"),
        ("status > 'a'", "Invalid comparator '>' for 'status'"),
        ("status RLIKE 'a'", "Invalid clause(s) in filter string: 'RLIKE'"),
        ("status IS NULL", "Invalid comparator 'IS NULL'"),
        ("start_time = 'a'", "Expected numeric value type"),
        ("start_time LIKE '1'", "Invalid comparator 'LIKE'"),
        ("metrics.a = 'x'", "Expected numeric value type"),
        ("metrics.a IS NULL", "Invalid comparator"),
        ("params.a > '1'", "Invalid comparator '>'"),
        ("tags.a IN ('x')", "Invalid comparator 'IN'"),
        ("nothing = 'a'", "Invalid attribute key 'nothing' specified"),
        ("nothing.a = 'a'", "Invalid entity type 'nothing'"),
        ("dataset.size = 'a'", "Invalid dataset key 'size'"),
        ("run_id IN ()", "While parsing a list in the query"),
        ("run_id IN 'a'", "While parsing a list in the query"),
        ("run_id IN ('a' 'b')", "While parsing a list in the query"),
        ("run_id IN ('a', 1)", "While parsing a list in the query"),
        ("run_id IN ('a'", "Invalid clause(s) in filter string"),
        ("tags.`` = 'x'", "The key of a tag has 1 to 250 characters"),
        ("tags.a = 'x\x00'", "The filter is longer"),
        ("tags.a = '\ud800'", "The filter is longer"),
        ("tags.a = '" + "x" * LONGEST_FILTER + "'", "The filter is longer"),
        (" AND ".join(["tags.a = 'x'"] * (MOST_COMPARISONS + 1)), "A filter holds at most"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, said: str) -> None:
    with pytest.raises(Invalid, match="^" + "".join("\\" + sign if sign in "()[]." else sign for sign in said)):
        read(text)


@pytest.mark.parametrize(
    ("grammar", "attributes"),
    [
        (REGISTERED_MODELS, {"name"}),
        (MODEL_VERSIONS, {"name", "run_id", "source_path", "version_number"}),
        (EXPERIMENTS, {"name", "experiment_id", "creation_time", "last_update_time"}),
        (LOGGED_MODELS, {"name", "model_id", "model_type", "status", "source_run_id", "creation_timestamp"}),
    ],
)
def test_each_search_has_its_own_attributes(grammar: Grammar, attributes: set[str]) -> None:
    assert attributes <= set(grammar.attributes)
    assert "tag" in grammar.prefixes
    with pytest.raises(Invalid, match="Invalid attribute key"):
        read("start_time > 1", grammar)


def test_orders_are_read() -> None:
    assert [(one.key, one.ascending) for one in parsed_orders(["name DESC", "`version_number`"], MODEL_VERSIONS)] == [
        ("name", False),
        ("version_number", True),
    ]
    [metric] = parsed_orders(["metrics.`val acc` asc"], RUNS)
    assert (metric.entity, metric.key, metric.ascending) == ("metric", "val acc", True)
    for wrong in ("", "name up", "name asc desc", "nothing", "tags.a", "name; drop", "1"):
        with pytest.raises(Invalid):
            parsed_orders([wrong], MODEL_VERSIONS)


@pytest.mark.parametrize("sign", ["'", '"', "`", "(", "a.", "1", "1.", "''", "a AND ", "\\", "<>", "-"])
def test_a_long_filter_is_answered(sign: str) -> None:
    """Nothing is read twice: the longest filter of any sign ends, as text or as a refusal."""
    text = (sign * LONGEST_FILTER)[:LONGEST_FILTER]
    with pytest.raises(Invalid):
        read(text)


def test_a_comparison_is_a_plain_value() -> None:
    assert parsed("status = 'a'", RUNS) == (Comparison("attribute", "status", "text", "=", "a"),)
