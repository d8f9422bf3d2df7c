"""The performance page and the metrics page, as people see them."""

from __future__ import annotations

import random

import pytest

from monitoring.predictions.models import GroupPolicy
from monitoring.predictions.tasks import compute
from tests.accounts.people import make_user
from tests.dataquality.datasets import signed_in
from tests.monitoring.predictions.sending import MODEL, a_version, ago, pipeline, send
from tests.monitoring.predictions.test_performance import tell
from tests.monitoring.series.test_points import tell as tell_points

pytestmark = pytest.mark.django_db
PERFORMANCE, METRICS = f"/models/{MODEL}/performance/", f"/models/{MODEL}/metrics/"


def test_the_performance_page_shows_what_is_realised_estimated_and_suppressed() -> None:
    """S2-43, S2-55, S2-77: percentiles; an estimate marked as one, with its band; groups under thirty left out."""
    version = a_version()
    GroupPolicy.objects.create(model=version.model, features=["sex"], favourable="1")
    page = signed_in(make_user())
    assert PERFORMANCE in page.get(f"/models/{MODEL}/").content.decode()
    assert "No predictions yet" in page.get(PERFORMANCE).content.decode()
    chance = random.Random(4)  # noqa: S311  repeatable, not secret
    rows = [
        {
            "id": f"r{number}", "at": ago(hours=2 + number % 40),
            "features": {"sex": "fm"[number % 2] if number else "x"},
            "prediction": number % 2, "probability": 0.8, "latency_ms": chance.lognormvariate(3, 0.5),
        }
        for number in range(400)
    ]  # fmt: skip
    api = pipeline()
    assert send(api, rows).status_code == 201
    tell(api, [{"id": f"r{number}", "label": number % 2} for number in range(200)])
    compute()
    said = page.get(PERFORMANCE).content.decode()
    for words in ("Realised accuracy", "an estimate", "chart-band", "p99", "1 with fewer than 30 rows is not shown"):
        assert words in said, words
    assert "style=" not in said.partition("<main")[2]
    assert 'hx-trigger="every 5s"' in said
    told = api.get(f"/api/v1{PERFORMANCE}").json()
    assert (told["version"], told["metric"], told["whole"]["predictions"], told["whole"]["labelled"]) == (
        1, "accuracy", 400, 200,
    )  # fmt: skip
    realised, estimated = told["whole"]["realised"], told["whole"]["estimated"]
    assert (realised["value"], realised["is_estimate"], estimated["is_estimate"]) == (1.0, False, True)
    assert 0.9 < realised["low"] < realised["high"] <= 1
    assert sum(window["predictions"] for window in told["windows"]) == 400
    for query in ("?days=2", "?version=x"):
        assert api.get(f"/api/v1{PERFORMANCE}{query}").json()["code"] == "performance.bad_query"
    assert api.get(f"/api/v1{PERFORMANCE}?version=9").json()["windows"] == []


def test_a_posted_accuracy_is_on_the_chart_of_the_next_look() -> None:
    """S2-42, S3-43: the page asks again every five seconds, and what was posted is there at once."""
    a_version()
    page = signed_in(make_user())
    assert "No metrics yet" in page.get(METRICS).content.decode()
    api = pipeline()
    for number in range(3):
        tell_points(api, [{"name": "accuracy", "value": 0.9 + number / 100, "at": ago(hours=3 - number)}])
    tell_points(api, [{"name": "loss", "value": 1 / step, "step": step} for step in range(1, 5)], run="run-7")
    said = page.get(METRICS, {"q": "accuracy"}).content.decode()
    assert "0.92" in said
    assert "<svg" in said
    assert "loss" not in said
    assert 'hx-trigger="every 5s"' in said
    assert "by step" in page.get(METRICS, {"q": "loss"}).content.decode()


def test_a_restricted_model_has_no_page_for_others() -> None:
    version = a_version()
    version.model.is_restricted = True
    version.model.save()
    page = signed_in(make_user())
    assert (page.get(PERFORMANCE).status_code, page.get(METRICS).status_code) == (404, 404)
