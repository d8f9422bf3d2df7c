"""The REST interface of quality runs keeps its contract and refuses bad input with a code."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from compliance.audit.models import AuditEvent
from dataquality.models import QualityRun
from modelops.jobs.models import Job
from tests.accounts.people import make_user
from tests.dataquality.datasets import Api, stored, work

pytestmark = pytest.mark.django_db
RUNS = "/api/v1/quality-runs/"


@pytest.fixture
def pipeline() -> Api:
    return Api(make_user("pipeline", "Pipeline"))


def test_a_run_from_post_to_score(pipeline: Api) -> None:
    stored("flights", {"a": [1, None, 3, 4], "b": ["x", "y", "z", "v"]})
    accepted = pipeline.post(RUNS, {"dataset": "flights", "version": 1})
    assert accepted.status_code == 202
    run, job = accepted.json()["id"], accepted.json()["job"]
    assert pipeline.get(f"/api/v1/jobs/{job}/").json()["state"] == "queued"
    waiting = pipeline.get(f"{RUNS}{run}/").json()
    assert (waiting["state"], waiting["score"], waiting["issues"]) == ("queued", None, [])
    work()
    told = pipeline.get(f"/api/v1/jobs/{job}/").json()
    assert (told["state"], told["done"], told["total"]) == ("succeeded", 4, 4)
    done = pipeline.get(f"{RUNS}{run}/").json()
    assert done["state"] == "succeeded"
    assert done["score"] == pytest.approx(100 - 100 * 30 / 90 / 8)
    (issue,) = done["issues"]
    assert (issue["rule"], issue["column"], issue["count"], issue["of"]) == ("missing", "a", 1, 4)
    assert (issue["share"], issue["first_rows"], issue["severity"]) == (0.25, [2], "warning")
    assert {line["dimension"] for line in done["dimensions"]} == {
        "completeness",
        "uniqueness",
        "validity",
        "consistency",
    }
    listed = pipeline.get(RUNS).json()["results"]
    assert [(row["id"], row["score"]) for row in listed] == [(run, done["score"])]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"dataset": "absent", "version": 1}, 404, "dataset.not_found"),
        ({"dataset": "flights", "version": 2}, 404, "dataset_version.not_found"),
        ({"dataset": "flights", "version": 2**31}, 400, "request.invalid"),
        ({"dataset": "flights", "version": 0}, 400, "request.invalid"),
        ({"dataset": "flights", "version": "one"}, 400, "request.invalid"),
        ({"dataset": "a" * 300, "version": 1}, 400, "request.invalid"),
        ({"dataset": "../etc", "version": 1}, 404, "dataset.not_found"),
        ({"dataset": "a\x00b", "version": 1}, 400, "request.invalid"),
        ({"version": 1}, 400, "request.invalid"),
        ([], 400, "request.invalid"),
        ("{", 400, "request.malformed"),
    ],
)
def test_bad_input_is_refused_and_recorded(pipeline: Api, body: Any, status: int, code: str) -> None:
    stored("flights", {"a": [1, 2]})
    answer = pipeline.post(RUNS, body)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert not QualityRun.objects.exists()
    assert not Job.objects.exists()
    assert AuditEvent.objects.filter(outcome="denied", details__code=code).count() == 1


def test_an_unknown_run_is_not_found(pipeline: Api) -> None:
    assert pipeline.get(f"{RUNS}{uuid.uuid4()}/").status_code == 404
    assert pipeline.get(f"{RUNS}nonsense/").status_code == 404


def test_who_may_start_and_read() -> None:
    stored("flights", {"a": [1, 2]})
    body = {"dataset": "flights", "version": 1}
    viewer, stranger = Api(make_user("viewer", "Viewer")), Api(make_user("secadmin", "Security administrator"))
    narrow = Api(make_user("engineer", "ML engineer"), ["dataquality.view_qualityrun"])
    assert Client().post(RUNS, body, content_type="application/json").status_code == 401
    assert viewer.post(RUNS, body).status_code == 403
    assert stranger.get(RUNS).status_code == 403
    assert narrow.post(RUNS, body).status_code == 403
    assert narrow.get(RUNS).status_code == 200
    assert not QualityRun.objects.exists()
    assert Api(make_user()).post(RUNS, body).status_code == 202


def test_without_valkey_nothing_is_stored(pipeline: Api, settings: Any) -> None:
    stored("flights", {"a": [1, 2]})
    body = {"dataset": "flights", "version": 1}
    there, settings.REDIS_URL = settings.REDIS_URL, "unix:///nowhere.sock"
    answer = pipeline.post(RUNS, body)
    assert (answer.status_code, answer.json()["code"]) == (503, "throttle.unavailable")
    assert not QualityRun.objects.exists()
    settings.REDIS_URL = there
    assert pipeline.post(RUNS, body).status_code == 202
