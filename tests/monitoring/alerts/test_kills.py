"""The dispatcher is killed again and again: each alert arrives, at least once and under one delivery id."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta

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
# One process reads the portal once; each dispatcher is a child of it, so that many can be killed in a short time.
_DISPATCHERS = """
import os, sys
import django
django.setup()
from monitoring.alerts import services
for _ in sys.stdin:
    child = os.fork()
    if not child:
        services.deliver_due()
        os._exit(0)
    print(child, flush=True)
    sys.stdin.readline()  # it keeps its number until it is waited for, so that no other process is killed
    os.waitpid(child, 0)
    print("gone", flush=True)
"""


class Dispatchers:
    """Starts dispatchers on the database of the test, each in a process of its own."""

    def __init__(self) -> None:
        base, _, options = os.environ["DATABASE_URL"].partition("?")
        database = f"{base.rpartition('/')[0]}/{connection.settings_dict['NAME']}"
        env = {**os.environ, "DATABASE_URL": f"{database}?{options}" if options else database}
        env |= {"MODELOPS_ALLOW_PRIVATE_RECEIVERS": "1", "MODELOPS_ALERT_GROUP_WAIT_S": "0"}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._parent = subprocess.Popen([sys.executable, "-c", _DISPATCHERS], env=env, cwd=portal.BASE_DIR, **pipes)

    def start_and_kill(self, after_s: float) -> None:
        """One dispatcher: begun, and killed after a moment."""
        said, heard = self._parent.stdin, self._parent.stdout
        assert said is not None
        assert heard is not None
        said.write(b"\n")
        said.flush()
        child = int(heard.readline())
        time.sleep(after_s)
        os.kill(child, signal.SIGKILL)
        said.write(b"\n")
        said.flush()
        assert heard.readline().strip() == b"gone"

    def stop(self) -> None:
        """End the process that they come from."""
        self._parent.communicate(timeout=60)


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
    dispatchers = Dispatchers()
    moments = random.Random(56)  # noqa: S311  moments, not secrets
    try:
        for number in range(KILLS):
            for part in range(EACH):
                open_alert("k" * (number * EACH + part + 1))
            dispatchers.start_and_kill(moments.uniform(0.0, 0.4))
            _age()
            AlertDelivery.objects.update(attempts=0)  # so many kills would use up the attempts of one message
    finally:
        dispatchers.stop()
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
