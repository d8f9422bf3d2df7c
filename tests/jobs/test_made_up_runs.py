"""A scheduled run that failed because PostgreSQL was away is made up for within a minute."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery import Task, current_app, shared_task
from django.db import OperationalError, connection
from django.utils import timezone

from modelops.jobs import schedule
from modelops.jobs.beat import AGAIN_AFTER_S
from modelops.jobs.models import ScheduleEntry
from modelops.jobs.outages import is_database_away

pytestmark = pytest.mark.django_db(transaction=True)
DAY_S = 86_400


@shared_task(name="tests.faulty")
def faulty() -> None:
    """Does what the test says; the scheduler sends it without a word."""
    with connection.cursor() as cursor:
        cursor.execute(faulty.statement)  # type: ignore[attr-defined]


@pytest.fixture
def task(monkeypatch: pytest.MonkeyPatch) -> Iterator[Task]:
    """A task that the schedule runs once a day."""
    entry = schedule.Scheduled("Faulty", faulty.name, DAY_S, is_vital=False)
    monkeypatch.setitem(schedule._declared, faulty.name, entry)
    ScheduleEntry.objects.create(
        task=faulty.name, label="Faulty", every_s=DAY_S, next_due_at=timezone.now() + timedelta(days=1)
    )
    yield faulty
    ScheduleEntry.objects.all().delete()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    calls: list[tuple[str, Any]] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **more: calls.append((name, more.get("countdown"))))
    return calls


def result_of(task: Task) -> str:
    return ScheduleEntry.objects.get(task=task.name).result


def test_a_run_that_lost_the_database_comes_again_within_a_minute(task: Task, sent: list[tuple[str, Any]]) -> None:
    """S1-29: the alert of a failed run ends with the run that makes up for it, not a day later."""
    task.statement = "SELECT pg_terminate_backend(pg_backend_pid())"
    task.apply()
    assert sent == [(task.name, AGAIN_AFTER_S)]
    assert AGAIN_AFTER_S < 60
    assert result_of(task) == "failed", "what went wrong is noted by a connection of its own"

    task.statement = "SELECT 1"
    task.apply()
    assert len(sent) == 1
    assert result_of(task) == "succeeded"


def test_any_other_fault_waits_for_its_next_run(task: Task, sent: list[tuple[str, Any]]) -> None:
    """It would fail again, every few seconds."""
    for fault in ("SELECT 1 / 0", "SET statement_timeout = 5; SELECT pg_sleep(60)", "SELECT * FROM not_there"):
        task.statement = fault
        task.apply()
        assert result_of(task) == "failed", fault
        connection.close()
    assert sent == []


def test_a_task_that_runs_so_often_is_not_sent_beside(
    task: Task, sent: list[tuple[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    often = schedule.Scheduled("Faulty", task.name, 10, is_vital=False)
    monkeypatch.setitem(schedule._declared, task.name, often)
    task.statement = "SELECT pg_terminate_backend(pg_backend_pid())"
    task.apply()
    assert sent == []


def test_a_server_that_refuses_is_away() -> None:
    import psycopg

    with pytest.raises(OperationalError) as refused:
        try:
            psycopg.connect("host=127.0.0.1 port=1 connect_timeout=5")
        except psycopg.OperationalError as cause:
            raise OperationalError(str(cause)) from cause
    assert is_database_away(refused.value)
    assert not is_database_away(None)
    assert not is_database_away(ValueError("no"))
