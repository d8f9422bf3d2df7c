"""The scheduler is away: the worker notices by itself, on the wire."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from modelops.jobs import schedule
from modelops.jobs.models import ScheduleEntry
from monitoring.models.alerts import Alert, AlertState
from tests.live import LivePortal

pytestmark = pytest.mark.live


def test_a_worker_without_a_scheduler_opens_the_alert(live_portal: LivePortal) -> None:
    """S1-29: nobody runs beat here; the worker rings, takes over what is vital, and the alert opens."""
    assert "beat" not in live_portal.running
    schedule.sync()
    ScheduleEntry.objects.update(next_due_at=timezone.now() - timedelta(seconds=40))
    end = time.monotonic() + 60
    alerts = Alert.objects.filter(key="finding:schedule.on_time:schedule.late", state=AlertState.OPEN)
    while not alerts.exists():
        assert time.monotonic() < end, live_portal.log("worker")[-3000:]
        time.sleep(0.5)
    taken = ScheduleEntry.objects.filter(sent_by_watch=True)
    assert set(taken.values_list("is_vital", flat=True)) == {True}
