"""Rows about people who object, are restricted or were erased are set aside one by one; the others are stored."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from compliance.audit.models import AuditEvent
from compliance.subjects.providers import Subject, providers
from monitoring.predictions import features
from monitoring.predictions.falling import errors_of
from monitoring.predictions.models import (
    FeatureBlock,
    GroundTruth,
    GroupPolicy,
    Prediction,
    PredictionBatch,
    Stream,
    Window,
)
from monitoring.predictions.tasks import compute
from registry.people import exclusion
from tests.accounts.people import make_user
from tests.compliance.cases import EMAIL, OFFICER, confirmed_case
from tests.dataquality.datasets import signed_in
from tests.monitoring.predictions.sending import PREDICTIONS, TRUTH, a_version, pipeline, refused, send
from tests.monitoring.predictions.test_performance import tell

pytestmark = pytest.mark.django_db
SET_ASIDE = "predictions.rows.set_aside"
PERFORMANCE = "/api/v1/models/arrival-delay/performance/"


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


def test_rows_that_were_set_aside_are_counted_on_the_page_in_the_api_and_for_prometheus(officer_api: Client) -> None:
    """S4-66, S2-58: how many, and never whose."""
    a_version()
    api = pipeline()
    send(api, _rows("other"), "before")
    page = signed_in(make_user())
    assert "set aside" not in page.get("/models/arrival-delay/performance/").content.decode()
    _stop(officer_api, "objection")
    send(api, _rows(EMAIL, "other", EMAIL), "after")
    send(api, _rows(EMAIL), "alone")
    shown = page.get("/models/arrival-delay/performance/").content.decode()
    assert "3 rows of this version have been set aside" in shown
    assert api.get(PERFORMANCE).json()["set_aside"] == 3
    told = Client().get("/metrics").content.decode()
    assert 'modelops_model_set_aside_total{model="arrival-delay",version="1"} 3.0' in told
    assert EMAIL not in told


def test_a_label_for_a_row_that_was_set_aside_is_set_aside_as_well(officer_api: Client) -> None:
    """S4-66: whether it comes after its prediction or came before; one for a row that is stored counts."""
    a_version()
    api = pipeline()
    assert tell(api, [{"id": "order-0", "label": 1}, {"id": "order-1", "label": 1}], "early").json()["set_aside"] == 0
    _stop(officer_api, "objection")
    send(api, _rows(EMAIL, "other", EMAIL))
    assert [truth.key for truth in GroundTruth.objects.all()] == ["order-1"]
    labels = [{"id": f"order-{place}", "label": place % 2} for place in range(4)]
    answer = tell(api, labels, "late")
    said = answer.json()
    assert (answer.status_code, said["rows"], said["ignored"]) == (201, 2, 1)
    assert (said["set_aside"], said["set_aside_labels"]) == (2, [0, 2])
    assert tell(api, labels, "late").json()["set_aside_labels"] == [0, 2]
    assert api.get(TRUTH).json()["results"][0]["set_aside"] == 2
    assert {truth.key for truth in GroundTruth.objects.all()} == {"order-1", "order-3"}
    row = AuditEvent.objects.get(name="predictions.labels.set_aside")
    assert row.details == {"model": "arrival-delay", "batch": "late", "rows": 2}
    alone = tell(api, labels[:1], "alone").json()
    assert (alone["rows"], alone["set_aside"]) == (0, 1)
    batch = PredictionBatch.objects.get(client_id="b1")
    assert len(batch.set_aside_keys) == 2
    assert "order" not in str(batch.set_aside_keys)


def test_a_label_counts_once_its_row_is_stored_after_all(officer_api: Client) -> None:
    """S4-66: the sender sends the row again when the restriction has ended."""
    a_version()
    api = pipeline()
    address = _stop(officer_api, "restriction")
    send(api, _rows(EMAIL), "while")
    assert officer_api.delete(address).status_code == 200
    assert tell(api, [{"id": "order-0", "label": 0}], "too early").json()["set_aside"] == 1
    send(api, _rows(EMAIL), "later")
    assert tell(api, [{"id": "order-0", "label": 0}], "now").json()["set_aside"] == 0
    compute()
    assert api.get(PERFORMANCE).json()["whole"]["labelled"] == 1


def _figures(api: Any) -> tuple[int, int, int]:
    """Predictions and labels that count, and rows of groups."""
    compute()
    whole = api.get(PERFORMANCE).json()["whole"]
    groups = [window.figures["groups"].get("city", {}) for window in Window.objects.all()]
    return whole["predictions"], whole["labelled"], sum(sums[0] for found in groups for sums in found.values())


def test_rows_from_before_a_restriction_count_in_no_figure_while_it_stands(officer_api: Client) -> None:
    """S4-66: neither in performance nor among groups nor where errors are watched; they stay stored."""
    version = a_version()
    GroupPolicy.objects.create(model=version.model, features=["city"], favourable="1")
    api = pipeline()
    send(api, _rows(EMAIL, "other", f" {EMAIL.upper()}", None))
    tell(api, [{"id": f"order-{place}", "label": 1} for place in range(4)])
    stream = Stream.objects.get()

    def errors() -> int:
        return len(errors_of(stream, timezone.now()))

    assert (_figures(api), errors()) == ((4, 4, 4), 4)
    address = _stop(officer_api, "restriction")
    assert (_figures(api), errors()) == ((2, 2, 2), 2)
    assert Prediction.objects.count() == 4
    tell(api, [{"id": "order-0", "label": 0, "is_correction": True}], "t2")
    assert (_figures(api), errors()) == ((2, 2, 2), 2)
    assert officer_api.delete(address).status_code == 200
    assert (_figures(api), errors()) == ((4, 4, 4), 4)
    assert not Prediction.objects.exclude(restricted_by=None).exists()


def test_a_restriction_that_ends_leaves_an_objection_in_force(officer_api: Client) -> None:
    """S4-66: each request stands for itself, and one that is carried out twice counts once."""
    a_version()
    api = pipeline()
    send(api, _rows(EMAIL, "other"))
    address = _stop(officer_api, "restriction")
    _stop(officer_api, "objection")
    assert _figures(api)[0] == 1
    assert officer_api.delete(address).status_code == 200
    assert _figures(api)[0] == 1
    [row] = Prediction.objects.exclude(restricted_by=None)
    assert len(row.restricted_by) == 1


def test_what_is_nobodys_any_more_is_counted_again(officer_api: Client) -> None:
    """S4-66, S4-64: an erasure takes the person out of the row, and the mark with them."""
    a_version()
    api = pipeline()
    send(api, _rows(EMAIL, "other"))
    _stop(officer_api, "objection")
    assert _figures(api)[0] == 1
    with transaction.atomic():
        assert providers.get("predictions.rows")().erase(Subject(email=EMAIL), actor=OFFICER) == 1
    assert _figures(api)[0] == 2
    assert not Prediction.objects.exclude(restricted_by=None).exists()
