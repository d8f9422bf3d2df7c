"""What runs by the clock: sent once, made up for once, changed by an administrator, missed with an alarm."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from modelops.jobs import schedule
from modelops.jobs.beat import RowScheduler
from modelops.jobs.models import ScheduleEntry
from modelops.lib.errors import Invalid
from modelops.lib.posture import controls
from monitoring.alerts.posture import watch_controls
from monitoring.models.alerts import Alert, AlertState
from tests.accounts.people import make_user, sign_in

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("tests")


@pytest.fixture
def entries() -> dict[str, ScheduleEntry]:
    """The declared entries, nothing due yet."""
    schedule.sync()
    ScheduleEntry.objects.update(next_due_at=timezone.now() + timedelta(seconds=60))
    return {entry.task: entry for entry in ScheduleEntry.objects.all()}


def due(entry: ScheduleEntry, ago: timedelta) -> None:
    ScheduleEntry.objects.filter(pk=entry.pk).update(next_due_at=timezone.now() - ago)


def test_rows_follow_what_is_declared_and_keep_a_changed_period(entries: dict[str, ScheduleEntry]) -> None:
    """S1-29: the schedule is rows, so that it can be edited."""
    sweep = entries["registry.sweep_artifacts"]
    schedule.change(sweep, every_s=1200, is_enabled=True, actor=ACTOR)
    ScheduleEntry.objects.create(task="gone.task", label="Gone", every_s=5)
    schedule.sync()
    assert set(ScheduleEntry.objects.values_list("task", flat=True)) == schedule.names()
    assert ScheduleEntry.objects.get(pk=sweep.pk).every_s == 1200
    assert AuditEvent.objects.filter(name="jobs.schedule.changed", target_id=str(sweep.pk)).count() == 1


def test_a_due_run_is_given_out_once_and_missed_ones_are_made_up_for_by_one(entries: dict[str, ScheduleEntry]) -> None:
    sweep = entries["registry.sweep_artifacts"]
    due(sweep, timedelta(hours=5))
    assert schedule.claim_due() == ["registry.sweep_artifacts"]
    assert schedule.claim_due() == []
    sweep.refresh_from_db()
    assert sweep.next_due_at > timezone.now() - timedelta(seconds=1)


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_at_once_send_each_due_run_once() -> None:
    """S1-29: two beats and the watch of a worker fire a slot once, whoever is first."""
    schedule.sync()
    tasks = set(ScheduleEntry.objects.values_list("task", flat=True))
    assert len(tasks) > 10
    for _ in range(20):
        ScheduleEntry.objects.update(next_due_at=timezone.now() - timedelta(seconds=1))
        start = threading.Barrier(3)
        sent: list[str] = []

        def beat(start: threading.Barrier = start, sent: list[str] = sent) -> None:
            try:
                start.wait()
                sent.extend(schedule.claim_due())
            finally:
                connection.close()

        beats = [threading.Thread(target=beat) for _ in range(3)]
        for one in beats:
            one.start()
        for one in beats:
            one.join()
        assert sorted(sent) == sorted(tasks)


def test_the_period_stays_on_its_beat(entries: dict[str, ScheduleEntry]) -> None:
    """A run that is sent a little late does not shift those after it."""
    sweep = entries["registry.sweep_artifacts"]
    due(sweep, timedelta(seconds=30))
    sweep.refresh_from_db()
    planned = sweep.next_due_at + timedelta(seconds=sweep.every_s)
    schedule.claim_due()
    sweep.refresh_from_db()
    assert sweep.next_due_at == planned


def test_a_disabled_entry_is_never_due(entries: dict[str, ScheduleEntry]) -> None:
    sweep = entries["registry.sweep_artifacts"]
    schedule.change(sweep, every_s=600, is_enabled=False, actor=ACTOR)
    due(sweep, timedelta(hours=5))
    assert schedule.claim_due() == []
    assert not ScheduleEntry.objects.get(pk=sweep.pk).is_late()


@pytest.mark.parametrize("period", [0, -5, schedule.LONGEST_S + 1])
def test_a_period_out_of_range_is_refused(entries: dict[str, ScheduleEntry], period: int) -> None:
    with pytest.raises(Invalid) as refused:
        schedule.change(entries["registry.sweep_artifacts"], every_s=period, is_enabled=True, actor=ACTOR)
    assert refused.value.code == "schedule.bad_period"


def test_the_watch_sends_nothing_while_the_scheduler_works(entries: dict[str, ScheduleEntry]) -> None:
    due(entries["jobs.reconcile"], timedelta(seconds=5))
    assert schedule.claim_due(as_watch=True) == []


def test_workers_take_over_what_is_vital_and_an_alert_opens(entries: dict[str, ScheduleEntry]) -> None:
    """S1-29: stopping beat raises an alert within one grace period; its return resolves it."""
    for task in ("jobs.reconcile", "monitoring.watch_controls", "registry.sweep_artifacts"):
        due(entries[task], timedelta(seconds=40))
    taken = schedule.claim_due(as_watch=True)
    assert sorted(taken) == ["jobs.reconcile", "monitoring.watch_controls"]
    watch_controls()
    alert = Alert.objects.get(key="finding:schedule.on_time:schedule.late")
    assert alert.state == AlertState.OPEN
    assert "Reconcile jobs" in alert.title
    watch_controls()
    assert Alert.objects.get(pk=alert.pk).count == 1

    for entry in entries.values():
        due(entry, timedelta(seconds=1))
    schedule.claim_due()
    watch_controls()
    assert Alert.objects.get(pk=alert.pk).state == AlertState.RESOLVED


def test_a_failed_run_is_a_finding(entries: dict[str, ScheduleEntry]) -> None:
    ScheduleEntry.objects.filter(task="registry.sweep_artifacts").update(result="failed", message="OSError")
    found = next(control for control in controls() if control.key == "schedule.succeeds").look()
    assert [finding.key for finding in found.findings] == ["schedule.failed:registry.sweep_artifacts"]
    assert (found.held, found.total) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_a_scheduler_without_database_waits_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL may restart under the scheduler."""
    from celery import current_app
    from django.db import OperationalError

    sent: list[str] = []
    monkeypatch.setattr("modelops.jobs.beat.send_off", sent.extend)
    beat = RowScheduler(current_app)
    with monkeypatch.context() as away:
        away.setattr(schedule, "claim_due", lambda: (_ for _ in ()).throw(OperationalError("away")))
        assert beat.tick() > 0
    assert sent == []
    assert 0 <= beat.tick() <= 5
    assert set(sent) == schedule.names()
    ScheduleEntry.objects.all().delete()
    connection.close()


def test_an_administrator_reads_and_changes_the_schedule(client: Client, entries: dict[str, ScheduleEntry]) -> None:
    """S1-29: last run, next run and result are visible; the period can be edited, within bounds."""
    sign_in(client, make_user("keeper", "Security administrator"))
    page = client.get(reverse("admin:jobs_scheduleentry_changelist"))
    assert page.status_code == 200
    assert "Sweep artifact files" in page.content.decode()
    sweep = entries["registry.sweep_artifacts"]
    address = reverse("admin:jobs_scheduleentry_change", args=[sweep.pk])
    for shown in ("Started at", "Result", "Next due at"):
        assert shown in client.get(address).content.decode()
    assert client.post(address, {"every_s": "900", "is_enabled": "on"}).status_code == 302
    sweep.refresh_from_db()
    assert sweep.every_s == 900
    vital = reverse("admin:jobs_scheduleentry_change", args=[entries["jobs.reconcile"].pk])
    refused = client.post(vital, {"every_s": "10"})
    assert refused.status_code == 200
    assert "cannot be switched off" in refused.content.decode()


def test_who_may_not_change_the_schedule_gets_a_page_to_read_or_none(
    client: Client, entries: dict[str, ScheduleEntry]
) -> None:
    sign_in(client, make_user("officer", "Compliance officer"))
    address = reverse("admin:jobs_scheduleentry_change", args=[entries["registry.sweep_artifacts"].pk])
    client.post(address, {"every_s": "1", "is_enabled": "on"})
    assert ScheduleEntry.objects.get(task="registry.sweep_artifacts").every_s == 600
