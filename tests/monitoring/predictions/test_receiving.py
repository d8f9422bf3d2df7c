"""A batch of predictions is stored whole, once, sealed, and with one row in the ledger."""

from __future__ import annotations

import json

import pytest
from django.db import connection

from compliance.audit.models import AuditEvent
from monitoring.predictions import features
from monitoring.predictions.models import FeatureBlock, Prediction, PredictionBatch, Stream, Window
from tests.monitoring.predictions.sending import MODEL, PREDICTIONS, a_version, ago, batch, pipeline, refused, send

pytestmark = pytest.mark.django_db


def test_ten_thousand_rows_come_in_one_request_and_the_histogram_sums_to_them() -> None:
    """S3-41: ten thousand latencies in one POST; the buckets' counts sum to ten thousand. One ledger row a batch."""
    version, api = a_version(), pipeline()
    rows = [
        {
            "id": f"r{number}", "at": ago(minutes=number % 90), "features": {"age": number % 80, "city": "Berlin"},
            "prediction": number % 2, "probability": 0.75, "latency_ms": 0.05 * number,
        }
        for number in range(10_000)
    ]  # fmt: skip
    answer = send(api, rows)
    assert answer.status_code == 201, answer.content
    assert answer.json()["rows"] == 10_000
    assert answer.json()["is_known_version"]
    stream = Stream.objects.get()
    assert (stream.version, stream.predictions, sum(stream.latency_counts)) == (version, 10_000, 10_000)
    assert Prediction.objects.count() == 10_000
    assert set(Window.objects.values_list("is_stale", flat=True)) == {True}
    assert AuditEvent.objects.filter(name="predictions.batch.received").count() == 1
    row = Prediction.objects.get(key="r123")
    assert (row.number, row.probability, row.latency_ms, row.position) == (1, 0.75, 0.05 * 123, 123)
    columns = features.of_batch(row.batch_id)
    assert columns["age"][123] == 43
    assert columns["city"][123] == "Berlin"
    listed = api.get(PREDICTIONS).json()["results"]
    assert [(entry["batch_id"], entry["model"], entry["version"]) for entry in listed] == [("b1", MODEL, 1)]


def test_a_batch_comes_once_however_often_it_is_sent() -> None:
    """S3-40, S3-41: the sender's batch id makes a batch idempotent; another content under it is a conflict."""
    a_version()
    api = pipeline()
    body = json.dumps(batch([{"prediction": 1, "error": "Timeout"}]))
    first, second = api.post(PREDICTIONS, body), api.post(PREDICTIONS, body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert refused(send(api, [{"prediction": 2}])) == (409, "batch.reused", "batch_id")
    stream = Stream.objects.get()
    assert (stream.predictions, stream.errors, stream.error_classes) == (1, 1, {"Timeout": 1})
    assert Prediction.objects.count() == PredictionBatch.objects.count() == 1


def test_the_database_sees_neither_features_nor_whom_a_row_is_about() -> None:
    """S2-42: what is stored of people is sealed; only the key ring opens it."""
    a_version()
    canary = "Wilhelmine Canary"
    answer = send(pipeline(), [{"prediction": 1, "subject": canary, "features": {"name": canary}}])
    assert answer.status_code == 201, answer.content
    with connection.cursor() as cursor:
        for table in ("prediction", "featureblock", "predictionbatch", "stream"):
            cursor.execute(f"SELECT t::text FROM predictions_{table} t")
            said = " ".join(text for (text,) in cursor.fetchall())
            assert canary not in said
            assert canary.encode().hex() not in said
    assert Prediction.objects.get(subject_index=canary).subject == canary


def test_a_version_that_nobody_registered_is_taken_and_said_to_be_unknown() -> None:
    a_version()
    api = pipeline()
    answer = send(api, [{"prediction": 1}], version=7)
    assert (answer.status_code, answer.json()["is_known_version"]) == (201, False)
    for number in range(8, 27):
        Stream.objects.create(model=Stream.objects.get(version_number=7).model, version_number=number)
    assert refused(send(api, [{"prediction": 1}], "b2", version=99)) == (
        409, "prediction.too_many_unknown_versions", "version",
    )  # fmt: skip


def test_a_model_that_one_may_not_see_is_not_there() -> None:
    version = a_version()
    version.model.is_restricted = True
    version.model.save()
    assert refused(send(pipeline(), [{"prediction": 1}])) == (404, "model.not_found", "model")
    assert not PredictionBatch.objects.exists()


def test_nothing_of_a_batch_with_one_bad_row_is_stored() -> None:
    a_version()
    api = pipeline()
    rows = [{"prediction": 1, "features": {"age": 30}}, {"prediction": 1, "features": {"age": float("nan")}}]
    assert refused(send(api, rows)) == (400, "prediction.bad_row", "rows[1].features.age")
    for model in (PredictionBatch, Prediction, FeatureBlock, Stream, Window):
        assert not model.objects.exists()
    rows[1]["features"] = {"age": 31}
    assert send(api, rows).status_code == 201
