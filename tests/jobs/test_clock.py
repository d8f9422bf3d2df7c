"""A clock that was set back: what was planned by the former time happens now, and not when that time comes again."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor
from modelops import jobs
from modelops.jobs import schedule, services
from modelops.jobs.models import Job, JobAttempt, ScheduleEntry

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)


def asked() -> Job:
    """A job that waits."""
    with transaction.atomic():
        job: Job = jobs.enqueue("ledger_desk.verify", payload={}, actor=Actor.system("tests"))
    return job


def test_the_schedule_does_not_fall_silent() -> None:
    """S1-29: each task is sent once, at once, and keeps its period from then on; also where the workers watch."""
    schedule.sync()
    ScheduleEntry.objects.update(next_due_at=timezone.now() + A_DAY)
    vital = {entry.task for entry in schedule.declared() if entry.is_vital}
    found = schedule.claim_due()
    daily = {entry.task for entry in schedule.declared() if entry.every_s >= 86_400}
    assert set(found) == schedule.names() - daily
    assert vital <= set(found)
    assert schedule.claim_due() == []
    ahead = {entry.task: entry.next_due_at - timezone.now() for entry in ScheduleEntry.objects.all()}
    assert all(ahead[entry.task] <= timedelta(seconds=entry.every_s) for entry in schedule.declared())


def test_what_is_planned_within_its_period_stays_as_it_is() -> None:
    schedule.sync()
    for entry in ScheduleEntry.objects.all():
        ScheduleEntry.objects.filter(pk=entry.pk).update(
            next_due_at=timezone.now() + timedelta(seconds=entry.every_s + 30)
        )
    assert schedule.claim_due() == []


def test_a_job_that_waits_for_a_time_far_ahead_begins_now() -> None:
    job = asked()
    Job.objects.filter(pk=job.pk).update(not_before=timezone.now() + A_DAY, created_at=timezone.now() + A_DAY)
    assert not services.run(job.pk)
    assert services.reconcile() == 1
    assert services.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("succeeded", 1)


def test_a_job_whose_worker_died_before_is_taken_up_and_a_pause_is_kept() -> None:
    job = asked()
    Job.objects.filter(pk=job.pk).update(state="running", attempts=1, heartbeat_at=timezone.now() + A_DAY)
    JobAttempt.objects.create(job=job, number=1, token=job.token, worker="gone")
    assert services.reconcile() == 1
    job.refresh_from_db()
    assert (job.state, job.log.get().result) == ("queued", "lost")
    waits_until = job.not_before
    assert services.reconcile() == 0  # two seconds before the next attempt, as ever
    job.refresh_from_db()
    assert job.not_before == waits_until


def test_a_living_worker_is_not_given_up_for_a_small_step() -> None:
    job = asked()
    Job.objects.filter(pk=job.pk).update(
        state="running", attempts=1, heartbeat_at=timezone.now() + timedelta(seconds=9)
    )
    assert services.reconcile() == 0
