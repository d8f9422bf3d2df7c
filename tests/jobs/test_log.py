"""The log of a job, and what the schedule missed, as administrators read them."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from modelops import jobs
from modelops.jobs import handlers, schedule, services
from modelops.jobs.models import Job, ScheduleEntry
from modelops.lib.errors import Unavailable
from tests.accounts.people import make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def flaky():
    """A kind that fails at first and then works."""
    before = dict(handlers._handlers)
    left = [1]

    @jobs.handler("tests.flaky")
    def work(job: jobs.RunningJob) -> None:
        job.progress(1, 4, "a quarter")
        if left and left.pop():
            raise Unavailable("The store is away.")

    yield
    handlers._handlers.clear()
    handlers._handlers.update(before)


def test_every_attempt_stands_in_the_log(flaky: None, client: Client) -> None:
    """One that had to wait, one whose worker was lost, one that worked."""
    with transaction.atomic():
        job = jobs.enqueue("tests.flaky", payload={}, actor=Actor.system("tests"))
    services.run(job.pk)
    Job.objects.update(not_before=timezone.now(), state="queued")
    # What a killed worker leaves: claimed, and never heard of again.
    original = services._do
    services._do = lambda *given: True
    try:
        services.run(job.pk)
    finally:
        services._do = original
    Job.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=5))
    services.reconcile()
    Job.objects.update(not_before=timezone.now())
    services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("succeeded", 3)
    log = [(row.number, row.result, row.message, row.ended_at is not None) for row in job.log.order_by("number")]
    assert log == [
        (1, "retried", "The store is away.", True),
        (2, "lost", "The worker stopped; the job starts again.", True),
        (3, "succeeded", "", True),
    ]
    page = sign_in(client, make_user("secadmin", "Security administrator")).get(f"/admin/jobs/job/{job.pk}/change/")
    content = page.content.decode()
    assert page.status_code == 200
    assert "The store is away." in content
    assert "Worker lost" in content
    assert "4 of 4" in content


def test_runs_that_nobody_sent_off_are_counted() -> None:
    """Three whole periods passed: one run makes up for them, and the page says how many were missed."""
    schedule.sync()
    entry = ScheduleEntry.objects.get(task="ledger_desk.verify_newest")
    ScheduleEntry.objects.exclude(pk=entry.pk).update(is_enabled=False)
    ScheduleEntry.objects.filter(pk=entry.pk).update(
        next_due_at=timezone.now() - timedelta(seconds=3.5 * entry.every_s), is_enabled=True
    )
    assert schedule.claim_due() == [entry.task]
    entry.refresh_from_db()
    assert entry.missed == 3
    assert entry.missed_at is not None
    assert schedule.claim_due() == []


@pytest.mark.django_db(transaction=True)
def test_a_new_schedule_stands_in_the_ledger_in_one_row() -> None:
    """S4-93: the scheduler tells what it put in, and the database sees nothing that nobody told of."""
    schedule.sync()
    [row] = AuditEvent.objects.filter(name="jobs.schedule.declared")
    assert "ledger_desk.verify_newest" in row.details["added"]
    assert not AuditEvent.objects.filter(name="watching.rows.changed").exists()
    schedule.sync()
    assert AuditEvent.objects.filter(name="jobs.schedule.declared").count() == 1
