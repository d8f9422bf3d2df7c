"""The web process is killed while it takes a batch: the batch is there as a whole, or not at all."""

from __future__ import annotations

import json
import os
import random
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from http.client import HTTPException

import pytest
from django.db import connection, transaction

from accounts.services.api_keys import issue_api_key
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from monitoring.predictions.models import FeatureBlock, Prediction, PredictionBatch, Stream
from tests.accounts.people import make_user
from tests.live import LivePortal
from tests.monitoring.predictions.sending import PREDICTIONS, a_version, batch

pytestmark = [pytest.mark.live, pytest.mark.slow]
KILLS = int(os.environ.get("PORTAL_TEST_KILLS", "4"))
ROWS = 4000


def test_a_killed_web_process_leaves_a_batch_whole_or_absent(live_portal: LivePortal) -> None:
    """S3-41: rows, features, totals and the ledger agree after every kill, and sending again completes the batch."""
    a_version()
    _, key = issue_api_key(
        make_user("pipeline", "Pipeline"), name="kills", scopes=["all"], days=1, actor=Actor.system("tests")
    )

    def send(number: int) -> int:
        rows = [{"id": f"{number}-{n}", "prediction": n % 2, "features": {"age": n}} for n in range(ROWS)]
        request = urllib.request.Request(
            f"{live_portal.url}{PREDICTIONS}",
            json.dumps(batch(rows, f"batch-{number}")).encode(),
            {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return int(answer.status)

    assert send(0) == 201
    started = time.monotonic()
    assert send(1) == 201
    usual = time.monotonic() - started
    moments = random.Random(41)  # noqa: S311  the same moments in each run

    def try_to_send(number: int) -> None:
        with suppress(OSError, HTTPException):
            send(number)

    for number in range(2, 2 + KILLS):
        sender = threading.Thread(target=try_to_send, args=[number])
        sender.start()
        time.sleep(moments.uniform(0.2, 1.1) * usual)
        live_portal.kill("web")
        sender.join(150)
        assert not sender.is_alive()
        live_portal.start("web")
        assert_whole()
        assert send(number) in {200, 201}
    assert_whole()
    assert PredictionBatch.objects.count() == 2 + KILLS


def assert_whole() -> None:
    """Every batch that there is has all of its rows, and nothing else is there: all looked up at one moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        # The database may still be ending what the killed process had asked for.
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        count = PredictionBatch.objects.count()
        assert Prediction.objects.count() == ROWS * count
        assert FeatureBlock.objects.count() == count
        assert Stream.objects.get().predictions == ROWS * count
        assert AuditEvent.objects.filter(name="predictions.batch.received").count() == count
