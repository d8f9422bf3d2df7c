"""What a batch may hold: strict numbers, ranges of the version's schema, lists within limits, times that have come."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitoring.predictions.models import FeatureSchema, PredictionBatch
from tests.accounts.people import make_user
from tests.dataquality.datasets import Api
from tests.monitoring.predictions.sending import a_version, as_of_now, pipeline, refused, send

pytestmark = pytest.mark.django_db
GOOD = {"prediction": 1, "features": {"age": 30, "data": [1, 2.5]}}
NESTED = "rows[1].features"


def with_feature(name: str, value: Any) -> dict[str, Any]:
    return {"prediction": 1, "features": {name: value}}


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        (with_feature("age", float("nan")), "bad_row", f"{NESTED}.age"),
        (with_feature("age", float("inf")), "bad_row", f"{NESTED}.age"),
        (with_feature("age", 10**400), "bad_row", f"{NESTED}.age"),
        (with_feature("age", True), "bad_row", f"{NESTED}.age"),
        (with_feature("age", "1"), "bad_row", f"{NESTED}.age"),
        (with_feature("code", "1"), "bad_row", f"{NESTED}.code"),
        (with_feature("age", {}), "bad_row", f"{NESTED}.age"),
        (with_feature("data", []), "bad_row", f"{NESTED}.data"),
        (with_feature("data", [0] * 1001), "bad_row", f"{NESTED}.data"),
        (with_feature("data", [0, 0, float("nan")]), "bad_row", f"{NESTED}.data[2]"),
        (with_feature("data", [0, True]), "bad_row", f"{NESTED}.data[1]"),
        (with_feature("data", [0, "1"]), "bad_row", f"{NESTED}.data[1]"),
        (with_feature("city", "two\nlines"), "bad_row", f"{NESTED}.city"),
        ({"prediction": float("nan")}, "bad_row", "rows[1].prediction"),
        ({"prediction": True}, "bad_row", "rows[1].prediction"),
        ({"prediction": 1, "probability": 1.1}, "bad_row", "rows[1].probability"),
        ({"prediction": 1, "latency_ms": -1}, "bad_row", "rows[1].latency_ms"),
        ({"error": "no such file: /home/ada"}, "bad_row", "rows[1].error"),
        ({"prediction": 1, "extra": 1}, "bad_row", "rows[1]"),
        ({"id": "alone"}, "bad_row", "rows[1]"),
        ("text", "bad_row", "rows[1]"),
        ({"prediction": 1, "id": "\ud800"}, "bad_row", "rows[1].id"),
        ({"prediction": 1, "at": "yesterday"}, "bad_row", "rows[1].at"),
        ({"prediction": 1, "at": "2026-01-01T00:00:00"}, "bad_row", "rows[1].at"),
        ({"prediction": 1, "at": {"hours": -1}}, "in_future", "rows[1].at"),
        ({"prediction": 1, "at": {"days": 40}}, "too_old", "rows[1].at"),
    ],
    ids=str,
)
def test_each_fault_is_refused_with_its_place(row: Any, code: str, field: str) -> None:
    """S4-28, S4-29: an empty list and one of 1001, NaN, true and "1" are refused, with the index."""
    a_version()
    assert refused(send(pipeline(), [GOOD, as_of_now(row)])) == (400, f"prediction.{code}", field)


def test_a_list_of_a_thousand_numbers_is_taken() -> None:
    """S4-28: 1000 items are fine."""
    a_version()
    assert send(pipeline(), [GOOD, with_feature("data", [0.5] * 1000)]).status_code == 201


def test_the_numbers_of_rows_are_limited(settings: Any) -> None:
    """S4-28: no row, and one more than the setting allows, are refused."""
    a_version()
    api = pipeline()
    settings.MODELOPS_MAX_PREDICTIONS = 3
    assert refused(send(api, [])) == (400, "prediction.bad_count", "rows")
    assert refused(send(api, [GOOD] * 4)) == (400, "prediction.bad_count", "rows")
    assert send(api, [GOOD] * 3).status_code == 201


def test_two_rows_of_one_id_are_refused() -> None:
    a_version()
    row = {"prediction": 1, "id": "a"}
    assert refused(send(pipeline(), [row, row])) == (400, "prediction.bad_row", "rows[1].id")


def test_each_feature_has_a_range_of_its_own() -> None:
    """S4-30: a feature with the range 0..5e9 takes 2e9; another one refuses by its own range."""
    version = a_version()
    ranges = {"income": {"kind": "number", "min": 0, "max": 5e9}, "age": {"kind": "number", "min": 0, "max": 130}}
    FeatureSchema.objects.create(version=version, features={**ranges, "code": {"kind": "category"}})
    api = pipeline()
    assert send(api, [{"features": {"income": 2e9, "age": 130, "code": "1"}}]).status_code == 201
    for name, value in (("income", 6e9), ("income", -1), ("age", 131), ("age", "old"), ("code", 1)):
        rows = [{"features": {"age": None}}, {"features": {name: value}}]
        assert refused(send(api, rows, "b2")) == (400, "prediction.bad_row", f"rows[1].features.{name}")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("[]", "request.invalid"),
        ("{", "request.malformed"),
        ("[" * 100_000, "request.malformed"),
        ('{"model": 1}', "request.invalid"),
        ('{"model": "arrival-delay", "version": true, "batch_id": "b", "rows": []}', "request.invalid"),
        ('{"model": "arrival-delay", "version": 1, "batch_id": "b", "rows": {}}', "request.invalid"),
        ('{"other": 1}', "request.invalid"),
    ],
)
def test_a_body_of_another_shape_is_refused(body: str, code: str) -> None:
    a_version()
    answer = pipeline().post("/api/v1/predictions/", body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_each_value_that_breaks_the_schema_is_named_by_its_row_and_none_repeated() -> None:
    """S2-46: types, ranges and categories of a model's version; the answer has no value of the batch in it."""
    a_version()
    api, owner = pipeline(), Api(make_user("colleague"))
    age, city = {"kind": "number", "min": 0, "max": 130}, {"kind": "category", "values": ["Ulm", "Graz"]}
    schema = "/api/v1/models/arrival-delay/versions/1/feature-schema/"
    said = {"features": {"age": age, "city": city}}
    assert owner.put(schema, json.dumps(said)).status_code == 200
    assert owner.get(schema).json() == said

    rows = [
        {"features": {"age": 41, "city": "Ulm"}},
        {"features": {"age": 677, "city": "Graz"}},
        {"features": {"age": "Ada Lovelace", "city": "ada@example.org"}},
        {"features": {"city": 5551234}},
        {"features": {"age": None, "city": None}},
    ]
    answer = send(api, rows)
    assert answer.status_code == 400
    assert answer.json()["code"] == "prediction.bad_row"
    at = [error["field"] for error in answer.json()["errors"]]
    places = ["rows[1].features.age", "rows[2].features.age", "rows[2].features.city", "rows[3].features.city"]
    assert at == places
    assert not [sent for sent in ("677", "Ada", "ada@", "5551234") if sent in answer.content.decode()]
    assert not PredictionBatch.objects.exists()
    assert send(api, [rows[0], rows[4]]).status_code == 201

    many = send(api, [{"features": {"city": f"elsewhere {number}"}} for number in range(200)], "b2")
    assert len(many.json()["errors"]) == 50
    wrong = (["", "b"], [], "Ulm", [1], [f"c{number}" for number in range(1001)])
    for values in wrong:
        refusal = owner.put(schema, json.dumps({"features": {"city": {"kind": "category", "values": values}}}))
        assert (refusal.status_code, refusal.json()["code"]) == (400, "feature_schema.invalid")
    only = owner.put(schema, json.dumps({"features": {"age": {"kind": "number", "values": ["1"]}}}))
    assert only.json()["code"] == "feature_schema.invalid"


def test_ranges_and_groups_are_set_over_the_interface() -> None:
    """S4-30, S2-77: a schema is a PUT, checked itself, and counts from the next batch on."""
    a_version()
    api, owner = pipeline(), Api(make_user("colleague"))
    schema = "/api/v1/models/arrival-delay/versions/1/feature-schema/"
    said = {"features": {"age": {"kind": "number", "min": 0, "max": 130}}}
    assert owner.put(schema, json.dumps(said)).status_code == 200
    assert owner.get(schema).json() == said
    assert refused(send(api, [{"features": {"age": 131}}])) == (400, "prediction.bad_row", "rows[0].features.age")
    wrong = ({"kind": "date"}, {"min": 2, "max": 1}, {"kind": "category", "min": 1}, {"min": "0"}, {"step": 1}, 1)
    for about in wrong:
        answer = owner.put(schema, json.dumps({"features": {"age": about}}))
        assert (answer.status_code, answer.json()["code"]) == (400, "feature_schema.invalid"), about
    policy = "/api/v1/models/arrival-delay/group-policy/"
    groups = {"features": ["sex"], "favourable": "1", "limit": 0.2}
    assert owner.get(policy).json()["features"] == []
    assert owner.put(policy, json.dumps(groups)).json() == groups
