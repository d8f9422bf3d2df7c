"""A job that is ended by who asked for it: while it waits, while it runs, and in the live portal."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actors import actor_of
from compliance.audit.models import AuditEvent
from dataquality import engine
from dataquality.models import QualityRun
from dataquality.services import start_quality_run
from modelops.jobs.models import Job, JobAttempt
from modelops.jobs.services import run as run_job
from tests.accounts.people import make_user, sign_in
from tests.dataquality.datasets import Api, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def scientist() -> Any:
    return make_user("scientist", "Data scientist")


@pytest.fixture
def run(scientist: Any) -> QualityRun:
    return start_quality_run(stored("t", {"a": [1, None, 3]}), actor=actor_of(scientist))


def test_a_waiting_job_is_cancelled_in_the_portal(client: Client, scientist: Any, run: QualityRun) -> None:
    """Nothing is done any more, its run says why, and the ledger has one row of it."""
    sign_in(client, scientist)
    page = reverse("jobs:detail", args=[run.job_id])
    cancel = reverse("jobs:cancel", args=[run.job_id])
    assert cancel in client.get(page).content.decode()
    assert client.post(cancel).headers["Location"] == page
    assert not run_job(run.job_id)
    run.refresh_from_db()
    assert (run.state, run.failure, run.job.state) == ("failed", "Cancelled.", "cancelled")
    assert AuditEvent.objects.filter(name="jobs.job.cancelled", target_id=str(run.job_id)).count() == 1
    assert cancel not in client.get(page).content.decode()
    assert "The job is over" in client.post(cancel, follow=True).content.decode()


def test_a_job_at_work_stops_at_its_next_progress(
    scientist: Any, run: QualityRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelled over REST between two batches: no report is stored, and its attempt ends as cancelled."""
    api = Api(scientist)
    examine = engine.examine

    def cancelled_meanwhile(*args: Any, progress: Any, **kwargs: Any) -> Any:
        answer = api.post(f"/api/v1/jobs/{run.job_id}/cancel/", {})
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
        return examine(*args, progress=progress, **kwargs)

    monkeypatch.setattr(engine, "examine", cancelled_meanwhile)
    assert run_job(run.job_id)
    run.refresh_from_db()
    assert (run.state, run.score, run.issues.count()) == ("failed", None, 0)
    assert JobAttempt.objects.get(job=run.job_id).result == "cancelled"
    again = api.post(f"/api/v1/jobs/{run.job_id}/cancel/", {})
    assert (again.status_code, again.json()["code"]) == (409, "job.finished")


def test_only_who_asked_for_it_cancels_it(run: QualityRun) -> None:
    """A colleague sees the job and cannot end it; who may change all jobs can."""
    answer = Api(make_user("colleague", "Data scientist")).post(f"/api/v1/jobs/{run.job_id}/cancel/", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "job.not_yours")
    assert Job.objects.get(pk=run.job_id).state == "queued"


def test_a_kind_that_goes_on_to_its_end_says_so(scientist: Any) -> None:
    job = Job.objects.create(kind="registry.verify", actor_kind="user", actor_ref=str(scientist.pk))
    answer = Api(scientist).post(f"/api/v1/jobs/{job.pk}/cancel/", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "job.not_cancellable")
