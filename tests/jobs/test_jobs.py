"""Jobs: claimed once, fenced, brought back, with their effect in one transaction."""

import time
import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from modelops import jobs
from modelops.jobs import handlers, services
from modelops.jobs.broker import broker_client, note_answer, require_broker
from modelops.jobs.models import Job
from modelops.lib.errors import Invalid, Unavailable

pytestmark = pytest.mark.django_db

ACTOR = Actor.system("tests")
seen: list[str] = []
failures: list[str] = []


@pytest.fixture(autouse=True)
def _kinds():
    """Job kinds of these tests, gone again afterwards."""
    seen.clear()
    failures.clear()
    before = dict(handlers._handlers)

    @jobs.handler("tests.count")
    def count(job: jobs.RunningJob) -> None:
        for step in range(3):
            job.progress(step + 1, 3, f"step {step + 1}")
        with job.completing("counted"):
            seen.append(job.payload["word"])

    @jobs.handler("tests.refuse", on_failure=lambda job, message: failures.append(message))
    def refuse(job: jobs.RunningJob) -> None:
        raise Invalid("The column 'x' is empty.")

    @jobs.handler("tests.crash")
    def crash(job: jobs.RunningJob) -> None:
        raise ZeroDivisionError("secret detail")

    @jobs.handler("tests.away")
    def away(job: jobs.RunningJob) -> None:
        raise Unavailable("The store is away.")

    @jobs.handler("tests.silent")
    def silent(job: jobs.RunningJob) -> None:
        seen.append("silent")

    yield
    handlers._handlers.clear()
    handlers._handlers.update(before)


def asked(kind: str, **payload: str) -> Job:
    with transaction.atomic():
        return jobs.enqueue(kind, payload=payload, actor=ACTOR)


def test_a_job_runs_once_and_shows_its_end() -> None:
    job = asked("tests.count", word="one")
    assert services.run(job.pk)
    assert not services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.message, job.percent) == ("succeeded", 3, 3, "counted", 100)
    assert seen == ["one"]


def test_a_handler_that_writes_nothing_still_ends() -> None:
    job = asked("tests.silent")
    services.run(job.pk)
    job.refresh_from_db()
    assert job.state == "succeeded"


def test_a_refusal_fails_the_job_with_its_words_and_an_audit_row() -> None:
    job = asked("tests.refuse")
    services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", "The column 'x' is empty.")
    assert failures == ["The column 'x' is empty."]
    assert AuditEvent.objects.filter(name="jobs.job.failed", target_id=str(job.pk)).count() == 1


def test_an_unexpected_error_fails_the_job_without_its_details() -> None:
    job = asked("tests.crash")
    services.run(job.pk)
    job.refresh_from_db()
    assert job.state == "failed"
    assert "secret detail" not in job.message
    assert str(job.pk) in job.message


def test_a_job_whose_dependency_is_away_is_tried_again_later_and_not_for_ever() -> None:
    job = asked("tests.away")
    services.run(job.pk)
    job.refresh_from_db()
    assert job.state == "queued"
    assert job.not_before > timezone.now()
    assert not services.run(job.pk)
    for _ in range(services.MAX_ATTEMPTS - 1):
        Job.objects.filter(pk=job.pk).update(not_before=timezone.now())
        services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == ("failed", "The store is away.")


def test_an_attempt_that_was_given_up_has_no_effect() -> None:
    """The fencing token: a worker that wakes up late can neither report progress nor complete."""
    job = asked("tests.count", word="late")
    Job.objects.filter(pk=job.pk).update(state="running", token=uuid.uuid4())
    late = jobs.RunningJob(job.pk, uuid.uuid4(), {"word": "late"}, ACTOR, 1)
    with pytest.raises(jobs.JobLost):
        late.progress(3, 3)
    with pytest.raises(jobs.JobLost), late.completing():
        seen.append("never")
    assert seen == []


def test_the_reconciler_takes_a_dead_workers_job_back() -> None:
    job = asked("tests.count", word="again")
    old = timezone.now() - services.STALE_AFTER - timedelta(seconds=1)
    Job.objects.filter(pk=job.pk).update(state="running", attempts=1, heartbeat_at=old, token=uuid.uuid4())
    assert services.reconcile() >= 1
    Job.objects.filter(pk=job.pk).update(not_before=timezone.now())
    assert services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("succeeded", 2)
    assert seen == ["again"]


def test_a_running_job_with_a_heartbeat_is_left_alone() -> None:
    job = asked("tests.count", word="busy")
    Job.objects.filter(pk=job.pk).update(state="running", heartbeat_at=timezone.now())
    services.reconcile()
    job.refresh_from_db()
    assert job.state == "running"


def test_an_unknown_kind_and_a_missing_broker_are_refused() -> None:
    with pytest.raises(Invalid, match="no job of kind"):
        asked("tests.unknown")
    before = Job.objects.count()
    broker_client.cache_clear()
    with override_settings(REDIS_URL="unix:///nowhere/valkey.sock?db=0"), pytest.raises(Unavailable) as caught:
        asked("tests.count", word="x")
    broker_client.cache_clear()
    assert caught.value.code == "broker.unavailable"
    assert Job.objects.count() == before


def test_a_broker_that_answered_a_moment_ago_is_not_asked_again() -> None:
    """Fail closed: its word holds for half a second, for its own address, and never for who asks for a fresh one."""
    gone = "unix:///nowhere/valkey.sock?db=0"
    with override_settings(REDIS_URL=gone):
        note_answer("unix:///nowhere/else.sock?db=0")
        with pytest.raises(Unavailable):
            require_broker(within_s=60)
        note_answer(gone)
        require_broker(within_s=60)
        with pytest.raises(Unavailable):
            require_broker()
        time.sleep(0.01)
        with pytest.raises(Unavailable):
            require_broker(within_s=0.01)
