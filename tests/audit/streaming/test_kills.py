"""The worker that streams is killed again and again; the receiver has every row once, and in order."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from django.conf import settings as portal
from django.db import connection, transaction

from compliance.audit.sealing.sizes import sealed_rows
from compliance.audit.streaming.models import Receiver
from compliance.audit.streaming.services import add_receiver
from tests.audit.exporting.kit import OFFICER, write
from tests.audit.exporting.sealing import SealedLedger
from tests.audit.streaming.receiving import once
from tests.receivers import HttpReceiver

KILLS = int(os.environ.get("PORTAL_TEST_KILLS", "4"))
_WORKER = """
import django
django.setup()
from compliance.audit.streaming.delivering import deliver
from compliance.audit.streaming.models import Receiver
print("begun", flush=True)
while True:
    deliver(Receiver.objects.get())
"""


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_neither_loses_nor_doubles_a_row(http_receiver: HttpReceiver, settings: Any) -> None:
    """S4-89: killed at random moments; the batch under way comes again under its key, and nothing else does."""
    settings.MODELOPS_ALLOW_PRIVATE_RECEIVERS = True
    with transaction.atomic():
        write(40 * KILLS)
    SealedLedger().seal()
    url = f"http://127.0.0.1:{http_receiver.port}/rows"
    add_receiver("siem", "http", {"url": url}, batch_rows=1, actor=OFFICER)
    moments = random.Random(89)  # noqa: S311  moments, not secrets
    for _ in range(KILLS):
        worker = _start()
        time.sleep(moments.uniform(0.02, 0.3))
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        worker.stdout.close()
    worker = _start()
    while Receiver.objects.get().cursor < sealed_rows():
        time.sleep(0.05)
    worker.kill()
    worker.wait()
    worker.stdout.close()
    rows = [json.loads(line) for request in http_receiver.requests for line in request.body.splitlines()]
    assert once(rows) == list(range(sealed_rows()))
    assert len(rows) <= sealed_rows() + KILLS
    bodies: dict[str, bytes] = {}
    for request in http_receiver.requests:
        assert bodies.setdefault(request.headers["idempotency-key"], request.body) == request.body


def _start() -> Any:
    """A worker that streams without end, in a process of its own on the same database."""
    base, _, options = os.environ["DATABASE_URL"].partition("?")
    database = f"{base.rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    env = {**os.environ, "DATABASE_URL": f"{database}?{options}" if options else database}
    worker = subprocess.Popen([sys.executable, "-c", _WORKER], env=env, stdout=subprocess.PIPE, cwd=portal.BASE_DIR)
    assert worker.stdout is not None
    assert worker.stdout.readline().strip() == b"begun"
    return worker
