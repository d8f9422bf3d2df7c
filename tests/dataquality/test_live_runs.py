"""Quality and drift on a real worker: progress is seen, results come once, also when the worker is killed."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from modelops.jobs.models import Job
from modelops.jobs.services import ring
from monitoring.models import Alert, DriftRun
from tests.accounts.people import make_user
from tests.dataquality.datasets import Api, stored, stored_file
from tests.live import LivePortal

pytestmark = pytest.mark.live


def wait_for(what: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f"not after {seconds} s"
        time.sleep(0.05)


def test_a_small_file_has_its_score_soon(live_portal: LivePortal) -> None:
    stored("small", {"a": list(range(100)), "b": [f"n{number}" for number in range(100)]})
    pipeline = Api(make_user("pipeline", "Pipeline"))
    answer = pipeline.post("/api/v1/quality-runs/", {"dataset": "small", "version": 1}).json()
    path = f"/api/v1/quality-runs/{answer['id']}/"
    wait_for(lambda: pipeline.get(path).json()["state"] == "succeeded", 30)
    assert pipeline.get(path).json()["score"] == 100


def test_a_killed_worker_leaves_one_result(live_portal: LivePortal) -> None:
    stored_file("flights", "flights-2013-01.parquet")
    stored_file("flights", "flights-2013-07.parquet")
    pipeline = Api(make_user("pipeline", "Pipeline"))
    body = {"reference": {"dataset": "flights", "version": 1}, "current": {"dataset": "flights", "version": 2}}
    job = Job.objects.get(pk=pipeline.post("/api/v1/drift-runs/", body).json()["job"])
    wait_for(lambda: Job.objects.get(pk=job.pk).attempts > 0, 30)
    live_portal.kill("worker")
    # What the reconciler does after the time in which a worker must be heard of: nobody waits for it here.
    Job.objects.filter(pk=job.pk, state="running").update(state="queued")
    live_portal.start("worker")
    pipeline.get(f"/api/v1/jobs/{job.pk}/")
    if Job.objects.get(pk=job.pk).state == "queued":
        ring(job.pk)
    wait_for(lambda: Job.objects.get(pk=job.pk).state == "succeeded", 60)
    run = DriftRun.objects.get()
    assert (run.state, run.drifted, run.features.count()) == ("succeeded", True, 22)
    assert Alert.objects.count() == 1
