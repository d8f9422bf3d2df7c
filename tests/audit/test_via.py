"""Through what somebody acts: a job, a task, a command. API keys are in tests/accounts/test_security_events.py."""

import uuid
from collections.abc import Iterator

import pytest
from celery import shared_task
from django.db import transaction

from compliance.audit import Actor, define, record
from compliance.audit.context import current, via_of_command
from compliance.audit.models import AuditEvent
from modelops import jobs
from modelops.jobs import handlers, services

DONE = define("tests.via.done", "did it", category="system")


@pytest.fixture
def _kinds() -> Iterator[None]:
    before = dict(handlers._handlers)

    @jobs.handler("tests.via")
    def work(job: jobs.RunningJob) -> None:
        with job.completing():
            record(DONE, None, actor=job.actor)

    @jobs.handler("tests.via_fails")
    def fail(job: jobs.RunningJob) -> None:
        raise ZeroDivisionError

    yield
    handlers._handlers.clear()
    handlers._handlers.update(before)


@shared_task(name="tests.via_task")
def by_the_clock() -> None:
    """What a task does."""
    with transaction.atomic():
        record(DONE, None, actor=Actor.system("scheduler"))


@shared_task(name="tests.via_fails")
def failing() -> None:
    """A task that ends badly."""
    raise ZeroDivisionError


@pytest.mark.django_db
@pytest.mark.usefixtures("_kinds")
@pytest.mark.parametrize(("kind", "event"), [("tests.via", DONE.name), ("tests.via_fails", "jobs.job.failed")])
def test_what_a_job_does_names_the_job_and_who_asked_for_it(kind: str, event: str) -> None:
    """S4-81: the person stays the actor; the row says through which job."""
    person = Actor("user", str(uuid.uuid4()))
    with transaction.atomic():
        job = jobs.enqueue(kind, payload={}, actor=person)
    assert services.run(job.pk)
    row = AuditEvent.objects.get(name=event)
    assert (row.actor_kind, row.actor_ref, row.via) == ("user", person.ref, f"job:{kind}:{job.pk}")
    assert current.get().via == ""


@pytest.mark.django_db
def test_what_a_task_does_names_the_task() -> None:
    """S4-81: and the one after it is not mistaken for it, also when the first failed."""
    by_the_clock.apply()
    row = AuditEvent.objects.get(name=DONE.name)
    assert (row.actor_ref, row.via) == ("scheduler", "task:tests.via_task")
    assert failing.apply().failed()
    assert current.get().via == ""


@pytest.mark.parametrize(
    ("argv", "via"),
    [
        (["/srv/portal/manage.py", "apply_retention", "--execute"], "command:apply_retention"),
        (["manage.py"], ""),
        (["manage.py", "--version"], ""),
        (["manage.py", "a\nb"], ""),
        (["/usr/bin/celery", "worker"], ""),
    ],
)
def test_a_process_of_a_command_names_it(argv: list[str], via: str) -> None:
    assert via_of_command(argv) == via
