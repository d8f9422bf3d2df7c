"""Rows about people who object, are restricted or were erased are set aside one by one; the others are stored."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from compliance.audit.models import AuditEvent
from compliance.subjects.providers import Subject
from monitoring.predictions import features
from monitoring.predictions.models import FeatureBlock, Prediction, PredictionBatch, Stream, Window
from registry.people import exclusion
from tests.accounts.people import make_user
from tests.compliance.cases import EMAIL, OFFICER, confirmed_case
from tests.monitoring.predictions.sending import PREDICTIONS, a_version, pipeline, refused, send

pytestmark = pytest.mark.django_db
SET_ASIDE = "predictions.rows.set_aside"


@pytest.fixture
def officer_api(api_of: Any) -> Client:
    """The officer's key."""
    return api_of(make_user("officer", "Compliance officer"))


@pytest.fixture
def api_of() -> Any:
    """A client that calls the REST interface with a key of the given account."""
    from accounts.actors import actor_of
    from accounts.services.api_keys import issue_api_key
    from tests.accounts.people import fresh

    def connect(user: User) -> Client:
        _, secret = issue_api_key(user, name="test", scopes=["all"], days=1, actor=actor_of(user))
        return Client(headers={"Authorization": f"Bearer {fresh(secret)}"})

    return connect


def _rows(*subjects: str | None) -> list[dict[str, Any]]:
    return [
        {
            "id": f"order-{place}",
            "prediction": place % 2,
            "latency_ms": 3,
            "features": {"age": 30 + place, "city": "Rome"},
        }
        | ({"subject": subject} if subject else {})
        for place, subject in enumerate(subjects)
    ]


def _stop(api: Client, kind: str) -> str:
    """What the officer does for a person who asks for it; the address under which it can end."""
    address = f"/api/v1/subject-requests/{confirmed_case(kind).pk}/restriction/"
    assert api.post(address).status_code == 200
    return address


def test_after_an_objection_rows_about_the_person_are_set_aside_one_by_one(officer_api: Client) -> None:
    """S4-66: they are not stored, the answer names their places, the ledger how many there were."""
    a_version()
    api = pipeline()
    assert send(api, _rows(EMAIL), "before").json()["set_aside"] == 0
    _stop(officer_api, "objection")
    rows = _rows("other@example.org", f" {EMAIL.upper()}", None, EMAIL)
    answer = send(api, rows, "after")
    said = answer.json()
    assert (answer.status_code, said["rows"], said["set_aside"], said["set_aside_rows"]) == (201, 2, 2, [1, 3])
    again = send(api, rows, "after")
    assert (again.status_code, again.json()["set_aside_rows"]) == (200, [1, 3])
    listed = api.get(PREDICTIONS).json()["results"][0]
    assert (listed["batch_id"], listed["set_aside_rows"]) == ("after", [1, 3])
    kept = Prediction.objects.filter(batch=said["id"]).order_by("position")
    assert [(row.position, row.key, row.subject) for row in kept] == [
        (0, "order-0", "other@example.org"),
        (1, "order-2", None),
    ]
    columns = features.of_batch(kept[0].batch_id)
    assert [features.told(columns, place) for place in (0, 1)] == [
        '{"age": 30.0, "city": "Rome"}', '{"age": 32.0, "city": "Rome"}',
    ]  # fmt: skip
    assert Stream.objects.get().predictions == 3
    row = AuditEvent.objects.get(name=SET_ASIDE)
    assert row.details == {"model": "arrival-delay", "version": 1, "batch": "after", "rows": 2}
    assert row.category == "privacy"
    told = [str(vars(event)) for event in AuditEvent.objects.filter(name__startswith="predictions.")]
    assert not any(EMAIL in text.lower() for text in told)


def test_a_batch_about_kept_out_people_alone_stores_nothing_of_them(officer_api: Client) -> None:
    """S4-66: it is taken once like any other, with no row, no features, no hour to compute."""
    a_version()
    api = pipeline()
    _stop(officer_api, "objection")
    answer = send(api, _rows(EMAIL, EMAIL)).json()
    assert (answer["rows"], answer["set_aside"], answer["first_at"]) == (0, 2, None)
    for table in (Prediction, FeatureBlock, Window):
        assert not table.objects.exists()
    stream = Stream.objects.get()
    assert (stream.predictions, stream.last_at) == (0, None)
    assert send(api, _rows(EMAIL, EMAIL)).status_code == 200
    assert refused(send(api, _rows(EMAIL)))[1] == "batch.reused"
    assert AuditEvent.objects.filter(name=SET_ASIDE).count() == 1
    assert api.get("/api/v1/models/arrival-delay/performance/").status_code == 200


def test_a_restriction_sets_rows_aside_until_it_is_lifted(officer_api: Client) -> None:
    """S4-66: what is not stored cannot be used; after the lifting the sender's rows are taken again."""
    a_version()
    api = pipeline()
    address = _stop(officer_api, "restriction")
    assert send(api, _rows(EMAIL, "other"), "while").json()["set_aside_rows"] == [0]
    assert officer_api.delete(address).status_code == 200
    after = send(api, _rows(EMAIL, "other"), "later").json()
    assert (after["rows"], after["set_aside"], after["set_aside_rows"]) == (2, 0, [])


def test_an_erased_person_does_not_come_back_with_predictions() -> None:
    """S4-64: kept out under the reference that the organisation calls them by."""
    a_version()
    exclusion.exclude(Subject(ref="Customer-7"), reference="DSR-1", actor=OFFICER)
    answer = send(pipeline(), _rows("customer-7", "customer-8")).json()
    assert answer["set_aside_rows"] == [0]
    assert [row.subject for row in Prediction.objects.all()] == ["customer-8"]


def test_a_fault_is_told_at_its_place_also_beside_rows_that_are_set_aside(officer_api: Client) -> None:
    """S4-66: a batch at fault stores nothing, and says nothing of who is kept out."""
    a_version()
    api = pipeline()
    _stop(officer_api, "objection")
    rows = _rows(EMAIL, "other")
    rows[1]["probability"] = 2
    answer = send(api, rows)
    assert refused(answer)[2] == "rows[1].probability"
    assert "set_aside" not in answer.json()
    assert not PredictionBatch.objects.exists()
    assert not AuditEvent.objects.filter(name=SET_ASIDE).exists()


def test_without_the_key_of_the_digests_nothing_about_people_is_taken(
    officer_api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4-66: who cannot be looked up is not taken for somebody else (fails closed)."""
    from modelops.crypto import envelope
    from modelops.crypto.errors import KeysUnavailable

    a_version()
    api = pipeline()
    _stop(officer_api, "objection")

    def closed(*_: object, **__: object) -> bytes:
        raise KeysUnavailable("The keys are out of reach.")

    monkeypatch.setattr(envelope, "unseal", closed)
    assert send(api, _rows(EMAIL)).status_code == 503
    assert not Prediction.objects.exists()
