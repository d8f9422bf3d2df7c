"""The owner says what the columns are: proposed from the data, confirmed, kept in versions, compared (S2-10)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from compliance.audit.models import AuditEvent
from registry.schemas.models import DatasetSchema
from tests.accounts.people import make_user
from tests.dataquality.datasets import Api, signed_in, stored

pytestmark = pytest.mark.django_db
PATH = "/api/v1/datasets/people/schema/"
AGE = {"name": "age", "type": "whole", "nullable": False, "unit": "years", "min": 0, "max": 120}
PAID = {"name": "paid_to", "type": "text", "personal": "identifier"}


@pytest.fixture
def api() -> Api:
    ibans = [f"DE89 3704 0044 0532 0130 {number:02}" for number in range(30)]
    mails = [f"person{number}@example.org" for number in range(30)]
    stored("people", {"age": list(range(30)), "paid_to": ibans, "reach": mails, "note": ["fine"] * 29 + [None]})
    return Api(make_user())


def test_an_upload_flags_columns_of_people_for_the_owner_to_confirm(api: Api) -> None:
    """S2-10: a sample with e-mail addresses and IBANs flags the columns by their values; nothing is confirmed yet."""
    version = api.get("/api/v1/datasets/people/versions/1/").json()
    assert {c["name"]: c.get("personal") for c in version["schema"]} == {
        "age": None, "paid_to": "identifier", "reach": "contact", "note": None,
    }  # fmt: skip
    told = api.get(PATH).json()
    assert (told["number"], told["confirmed"], told["data_class"]) == (0, False, "training_data")
    found = {c["name"]: (c["type"], c["nullable"], c["personal"], c["confirmed"]) for c in told["columns"]}
    assert found == {
        "age": ("whole", False, "none", False),
        "paid_to": ("text", False, "identifier", False),
        "reach": ("text", False, "contact", False),
        "note": ("text", True, "none", False),
    }


def test_a_schema_is_written_in_versions_and_compared(api: Api) -> None:
    body = {"columns": [AGE, PAID], "keys": [["paid_to"]], "data_class": "profile", "number": 0}
    first = api.put(PATH, body)
    assert first.status_code == 200, first.content
    # What the data has besides is proposed still.
    assert [(c["name"], c["confirmed"]) for c in api.get(PATH).json()["columns"]] == [
        ("age", True), ("paid_to", True), ("reach", False), ("note", False),
    ]  # fmt: skip
    assert api.put(PATH, {**body, "number": 1}).json()["number"] == 1  # it says the same
    second = api.put(PATH, {**body, "columns": [{**AGE, "max": 130, "unit": "months"}], "keys": [], "number": 1})
    assert second.json()["number"] == 2
    changes = api.get(f"{PATH}changes/").json()
    assert (changes["before"], changes["after"], changes["breaking"]) == (1, 2, True)
    assert [(c["column"], c["kind"], c["breaking"]) for c in changes["changes"]] == [
        ("paid_to", "removed", True), ("age", "range", True), ("age", "unit", True),
    ]  # fmt: skip
    assert api.get(f"{PATH}?number=1").json()["columns"][0]["max"] == 120
    details = AuditEvent.objects.filter(name="schemas.schema.written").order_by("id").values_list("details", flat=True)
    told = [(d["number"], d["personal_columns"], d["data_class"]) for d in details]
    assert told == [(1, 1, "profile"), (2, 0, "profile")]


def test_a_stale_or_senseless_schema_is_refused(api: Api) -> None:
    assert api.put(PATH, {"columns": [AGE], "number": 0}).status_code == 200
    assert api.put(PATH, {"columns": [PAID], "number": 0}).json()["code"] == "schema.changed"
    bad: list[dict[str, Any]] = [
        {"columns": [{**AGE, "min": 9, "max": 1}]},
        {"columns": [{**PAID, "min": 1}]},
        {"columns": [AGE, AGE]},
        {"columns": [AGE], "keys": [["gone"]]},
        {"columns": [AGE], "time_column": "age"},
        {"columns": [{"name": "day", "type": "date", "min": "tomorrow"}]},
    ]
    for body in bad:
        answer = api.put(PATH, body)
        assert (answer.status_code, answer.json()["code"]) == (400, "schema.invalid"), body
    for body in ({"columns": []}, {"columns": [{**AGE, "personal": "yes"}]}, {"columns": [AGE], "data_class": "x"}):
        assert api.put(PATH, body).status_code == 400
    assert api.get(f"{PATH}?number=9").json()["code"] == "schema.not_found"
    assert DatasetSchema.objects.count() == 1


def test_only_who_may_change_the_dataset_writes(api: Api) -> None:
    viewer = Api(make_user("viewer", "Viewer"))
    assert viewer.get(PATH).status_code == 200
    assert viewer.put(PATH, {"columns": [AGE]}).status_code == 403
    assert Api(make_user("guard", "Security administrator")).get(PATH).status_code == 403


def test_a_written_schema_never_changes_and_is_encrypted(api: Api) -> None:
    api.put(PATH, {"columns": [{**PAID, "categories": ["canary-5512"]}]})
    with pytest.raises(IntegrityError, match="cannot be changed"), transaction.atomic():
        DatasetSchema.objects.update(data_class="other")
    with connection.cursor() as cursor:
        for table in ("schemas_datasetschema", "audit_auditevent"):
            cursor.execute(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
            assert "canary-5512" not in cursor.fetchone()[0], table


def test_the_owner_confirms_on_the_page(api: Api) -> None:
    """S2-10: what was proposed is confirmed, or said otherwise, in the portal; a reader can only look."""
    browser = signed_in(make_user("owner"))
    page = browser.get("/datasets/people/schema/")
    assert page.status_code == 200
    form = {"table-data_class": "predictions", "table-time_column": "", "table-keys": "age, paid_to", "table-number": 0}
    form |= {"columns-TOTAL_FORMS": 4, "columns-INITIAL_FORMS": 4}
    kinds = {"age": "none", "paid_to": "identifier", "reach": "none", "note": "none"}
    for place, (name, personal) in enumerate(kinds.items()):
        form |= {f"columns-{place}-name": name, f"columns-{place}-personal": personal}
        form |= {f"columns-{place}-type": "whole" if name == "age" else "text"}
    form |= {"columns-0-min": "0", "columns-0-max": "120", "columns-3-categories": "fine, bad"}
    assert browser.post("/datasets/people/schema/", {**form, "columns-0-min": "x"}).status_code == 422
    assert browser.post("/datasets/people/schema/", form).status_code == 302
    told = api.get(PATH).json()
    assert (told["number"], told["confirmed"], told["data_class"], told["keys"]) == (
        1, True, "predictions", [["age", "paid_to"]],
    )  # fmt: skip
    assert {c["name"]: c["personal"] for c in told["columns"]} == kinds
    assert told["columns"][0]["max"] == 120
    assert told["columns"][3]["categories"] == ["fine", "bad"]
    reader = signed_in(make_user("viewer", "Viewer"))
    assert b"<select" not in reader.get("/datasets/people/schema/").content
    assert reader.post("/datasets/people/schema/", form).status_code == 403
