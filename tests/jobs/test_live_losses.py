"""Jobs outlive what carries them: a queue that is emptied and workers that are killed."""

import os
import random
import time

import pytest
import redis
from django.conf import settings
from django.db import transaction

from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.ledger_desk.models import Verification
from modelops import jobs
from modelops.jobs import services
from modelops.jobs.models import Job
from tests.live import LivePortal

pytestmark = [pytest.mark.live, pytest.mark.slow]
KIND = "ledger_desk.verify"
KILLS = int(os.environ.get("PORTAL_TEST_KILLS", "3"))


def ask(count: int) -> None:
    """As many jobs, each asked for in a transaction of its own."""
    for _ in range(count):
        with transaction.atomic():
            jobs.enqueue(KIND, payload={}, actor=Actor.system("tests"))


def wait_until_done(portal: LivePortal) -> None:
    """The scheduler's part, played here: it brings back what was lost, every few seconds instead of every ten."""
    end = time.monotonic() + 120 + KILLS * 4
    while Job.objects.exclude(state__in=["succeeded", "failed"]).exists():
        assert time.monotonic() < end, (
            list(Job.objects.values_list("state", "attempts")),
            portal.log("worker")[-3000:],
        )
        services.reconcile()
        time.sleep(0.5)


def assert_each_done_once(count: int) -> None:
    assert list(Job.objects.exclude(state="succeeded").values_list("state", "message")) == []
    assert Job.objects.count() == count
    assert Verification.objects.count() == count
    assert AuditEvent.objects.filter(name="audit.ledger.verified").count() == count


def test_an_emptied_queue_loses_no_job(live_portal: LivePortal, monkeypatch: pytest.MonkeyPatch) -> None:
    """FLUSHALL at random moments while jobs are asked for and done: each is done, and once."""
    monkeypatch.setattr(services, "RING_AGAIN_AFTER", services.timedelta(seconds=1))
    queue = redis.Redis.from_url(settings.REDIS_URL)
    moments = random.Random(20)  # noqa: S311  the same moments in each run
    flushes = max(3, KILLS // 3)
    for _ in range(flushes):
        ask(6)
        time.sleep(moments.uniform(0.0, 0.4))
        queue.flushdb()
    wait_until_done(live_portal)
    assert_each_done_once(flushes * 6)


def test_killed_workers_lose_no_job_and_do_none_twice(live_portal: LivePortal, monkeypatch: pytest.MonkeyPatch) -> None:
    """``kill -9`` of the worker with all its processes, at random moments of its work."""
    monkeypatch.setattr(services, "STALE_AFTER", services.timedelta(seconds=7))
    monkeypatch.setattr(services, "RING_AGAIN_AFTER", services.timedelta(seconds=1))
    monkeypatch.setattr(services, "MAX_ATTEMPTS", 1000)
    moments = random.Random(60)  # noqa: S311
    for _ in range(KILLS):
        ask(8)
        time.sleep(moments.uniform(0.0, 0.6))
        live_portal.kill("worker")
        live_portal.start("worker")
    wait_until_done(live_portal)
    assert_each_done_once(KILLS * 8)
