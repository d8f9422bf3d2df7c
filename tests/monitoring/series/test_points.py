"""Metric points: at once on /metrics, late and twice without harm, and bounded in number."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from compliance.audit.models import AuditEvent
from monitoring.series.models import Point, Series
from tests.accounts.people import make_user
from tests.dataquality.datasets import signed_in
from tests.monitoring.predictions.sending import METRICS, MODEL, a_version, ago, as_of_now, pipeline, refused, send

pytestmark = pytest.mark.django_db
OPENMETRICS = {"Accept": "application/openmetrics-text; version=1.0.0"}


def tell(api: Any, points: list[dict[str, Any]], **said: Any) -> Any:
    where = {} if "run" in said else {"version": 1}
    return api.post(METRICS, json.dumps({"model": MODEL, **where, **said, "points": points}))


def scraped() -> dict[str, dict[tuple[str, ...], float]]:
    """All samples of /metrics by name and values of labels in the order of their names, as a parser reads them."""
    answer = Client(headers=OPENMETRICS).get("/metrics")
    assert answer["Content-Type"].startswith("application/openmetrics-text")
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(value for _, value in sorted(sample.labels.items()))] = sample.value
    return found


def test_points_are_on_metrics_at_once() -> None:
    """S2-42, S2-54: a posted accuracy is in /metrics with the next scrape, by version and segment."""
    a_version()
    api = pipeline()
    answer = tell(api, [{"name": "accuracy", "value": 0.91}, {"name": "accuracy", "value": 0.84, "segment": "north"}])
    assert (answer.status_code, answer.json()) == (201, {"points": 2, "ignored": 0, "series": 2})
    assert scraped()["modelops_model_metric"] == {
        (MODEL, "accuracy", "", "1"): 0.91,
        (MODEL, "accuracy", "north", "1"): 0.84,
    }
    assert AuditEvent.objects.filter(name="series.points.received").count() == 1
    listed = api.get(f"{METRICS}?model={MODEL}").json()["results"]
    assert sorted((row["name"], row["segment"], row["direction"]) for row in listed) == [
        ("accuracy", "", "maximise"),
        ("accuracy", "north", "maximise"),
    ]


def test_late_and_repeated_points_are_put_where_they_belong() -> None:
    """S3-40: a late point is no newest one; the same again changes nothing; another value replaces or is refused."""
    a_version()
    api = pipeline()
    now, before = ago(minutes=1), ago(hours=5)
    tell(api, [{"name": "accuracy", "value": 0.9, "at": now}])
    assert tell(api, [{"name": "accuracy", "value": 0.5, "at": before}]).status_code == 201
    series = Series.objects.get()
    assert (series.last_value, series.points_count) == (0.9, 2)
    assert tell(api, [{"name": "accuracy", "value": 0.9, "at": now}]).json()["ignored"] == 1
    changed = [{"name": "accuracy", "value": 0.7, "at": now}]
    assert refused(tell(api, changed, on_duplicate="reject")) == (409, "metric.contradicted", "points")
    assert tell(api, changed).status_code == 201
    series.refresh_from_db()
    assert (series.last_value, series.points_count, Point.objects.count()) == (0.7, 2, 2)
    points = api.get(f"{METRICS}{series.pk}/").json()["points"]
    assert [point["value"] for point in points] == [0.5, 0.7]


def test_a_training_is_a_stream_of_steps() -> None:
    """S3-43: a run is told epoch by epoch, before there is a version."""
    a_version()
    api = pipeline()
    for epoch in range(3):
        answer = tell(api, [{"name": "loss", "value": 1 / (epoch + 1), "step": epoch}], run="run-7")
        assert answer.status_code == 201, answer.content
    series = Series.objects.get(run="run-7")
    assert (series.direction, series.last_step, series.points_count) == ("minimise", 2, 3)
    assert "modelops_model_metric" not in scraped()


def test_names_that_explode_are_refused(settings: Any) -> None:
    a_version()
    api = pipeline()
    settings.MODELOPS_MAX_SERIES = 3
    assert tell(api, [{"name": f"m{number}", "value": 1} for number in range(3)]).status_code == 201
    assert refused(tell(api, [{"name": "m3", "value": 1}])) == (409, "metric.too_many_series", "points")
    assert tell(api, [{"name": "m2", "value": 2}]).status_code == 201
    assert Series.objects.count() == 3


@pytest.mark.parametrize(
    ("point", "code", "field"),
    [
        ({"name": "a\nb", "value": 1}, "metric.bad_point", "points[0].name"),
        ({"name": "", "value": 1}, "metric.bad_point", "points[0].name"),
        ({"name": "a", "value": float("inf")}, "metric.bad_point", "points[0].value"),
        ({"name": "a", "value": True}, "metric.bad_point", "points[0].value"),
        ({"name": "a", "value": 1, "step": -1}, "metric.bad_point", "points[0].step"),
        ({"name": "a", "value": 1, "at": {"days": -1}}, "prediction.in_future", "points[0].at"),
    ],
    ids=str,
)
def test_bad_points_are_refused_with_their_place(point: dict[str, Any], code: str, field: str) -> None:
    a_version()
    assert refused(tell(pipeline(), [as_of_now(point)])) == (400, code, field)
    assert not Series.objects.exists()


def test_metrics_tell_of_models_and_of_the_portal(settings: Any) -> None:
    """S3-39, S3-41, S3-42: parses as OpenMetrics, errors by class, histogram; restricted models have no name."""
    version = a_version()
    rows = [{"prediction": 1, "latency_ms": 0.5 * n} for n in range(100)] + [{"error": "Timeout"}] * 7
    assert send(pipeline(), rows).status_code == 201
    found = scraped()
    assert found["modelops_model_predictions_total"] == {(MODEL, "1"): 107}
    assert found["modelops_model_errors_total"] == {("Timeout", MODEL, "1"): 7}
    assert found["modelops_model_latency_seconds_count"] == {(MODEL, "1"): 100}
    assert len(found["modelops_model_latency_seconds_bucket"]) == 22
    for name in ("modelops_job_lag_seconds", "modelops_audit_seal_lag_seconds", "modelops_key_age_seconds"):
        assert all(value >= 0 for value in found[name].values()), name
    version.model.is_restricted = True
    version.model.save()
    assert MODEL not in str(scraped())
    assert Client(REMOTE_ADDR="203.0.113.9", headers=OPENMETRICS).get("/metrics").status_code == 403


def test_what_a_deployment_uses_stands_on_the_page_of_its_version() -> None:
    """S2-56: pushed memory and load beside the accuracy, with their units; the queue of jobs is on /metrics."""
    version = a_version()
    page = signed_in(make_user("scientist"))
    assert "Told by the deployment" not in page.get(version.get_absolute_url()).text
    used = [
        {"name": "memory", "value": 512.5, "unit": "MiB"},
        {"name": "cpu", "value": 37, "unit": "%", "segment": "a"},
    ]
    assert tell(pipeline(), used).status_code == 201
    shown = page.get(version.get_absolute_url()).text
    for words in ("Told by the deployment", "memory", "MiB", "cpu"):
        assert words in shown, words
    assert "modelops_jobs" in Client(headers=OPENMETRICS).get("/metrics").text


def test_few_versions_are_told_of_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """S3-39: the number of models on /metrics is capped."""
    version = a_version()
    api = pipeline()
    for number in (1, 2, 3):
        send(api, [{"prediction": 1}], f"b{number}", version=number)
    monkeypatch.setattr("monitoring.predictions.exposition.MOST_STREAMS", 2)
    found = scraped()
    assert set(found["modelops_model_predictions_total"]) == {(version.model.name, "3"), (version.model.name, "2")}
    assert found["modelops_model_streams_left_out"] == {(): 1}
