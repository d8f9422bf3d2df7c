"""The dispatcher is killed again and again: each alert arrives, at least once and under one delivery id."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as portal
from django.db import connection
from django.db.models import F

from monitoring.alerts import services
from monitoring.models import AlertDelivery, DeliveryAttempt
from monitoring.models.alerts import DeliveryState
from tests.monitoring.alerts.factories import make_channel, open_alert
from tests.receivers import HttpReceiver

KILLS = int(os.environ.get("PORTAL_TEST_KILLS", "4"))
EACH = 4
_DISPATCHER = """
import django
django.setup()
from monitoring.alerts import services
print("begun", flush=True)
services.deliver_due()
"""


def _start() -> Any:
    """A dispatcher in a process of its own on the same database."""
    base, _, options = os.environ["DATABASE_URL"].partition("?")
    database = f"{base.rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    env = {**os.environ, "DATABASE_URL": f"{database}?{options}" if options else database}
    env |= {"MODELOPS_ALLOW_PRIVATE_RECEIVERS": "1", "MODELOPS_ALERT_GROUP_WAIT_S": "0"}
    started = subprocess.Popen(
        [sys.executable, "-c", _DISPATCHER], env=env, stdout=subprocess.PIPE, cwd=portal.BASE_DIR
    )
    assert started.stdout is not None
    assert started.stdout.readline().strip() == b"begun"
    return started


def _age() -> None:
    """The sweeper goes by the clock: pretend that its minute has passed for whatever a dead dispatcher left."""
    AlertDelivery.objects.filter(state=DeliveryState.SENDING).update(claimed_at=F("claimed_at") - timedelta(minutes=5))
    AlertDelivery.objects.filter(state=DeliveryState.FAILED).update(
        next_attempt_at=F("next_attempt_at") - timedelta(hours=2)
    )


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.usefixtures("private_receivers")
@pytest.mark.django_db(transaction=True)
def test_a_killed_dispatcher_loses_no_alert(http_receiver: HttpReceiver) -> None:
    """S3-56: at least once, the same delivery id, a row for each attempt, at whatever moment it is killed."""
    http_receiver.delay_s = 0.05
    make_channel(url=http_receiver.url)
    moments = random.Random(56)  # noqa: S311  moments, not secrets
    for number in range(KILLS):
        for part in range(EACH):
            open_alert("k" * (number * EACH + part + 1))
        dispatcher = _start()
        time.sleep(moments.uniform(0.0, 0.4))
        os.kill(dispatcher.pid, signal.SIGKILL)
        dispatcher.wait()
        dispatcher.stdout.close()
        _age()
    AlertDelivery.objects.update(attempts=0)  # so many kills would use up the attempts of one message
    end = time.monotonic() + 300
    while AlertDelivery.objects.exclude(state=DeliveryState.DELIVERED).exists():
        assert time.monotonic() < end, list(AlertDelivery.objects.values_list("state", "last_reason"))
        services.deliver_due()
        _age()
    rows = {str(row.pk): row for row in AlertDelivery.objects.all()}
    ids = [request.headers["x-modelops-delivery"] for request in http_receiver.requests]
    assert len(rows) == KILLS * EACH
    assert set(ids) == set(rows)
    for pk in rows:
        assert DeliveryAttempt.objects.filter(delivery=pk).count() >= ids.count(pk)
    assert not DeliveryAttempt.objects.filter(state="sending").exists()
