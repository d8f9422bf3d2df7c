"""Every kind of job outlives killed workers. PORTAL_TEST_KILLS=60 makes it 60 interrupted attempts of each kind."""

import os
import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from modelops.celery import app
from modelops.jobs import services
from modelops.jobs.handlers import kinds
from modelops.jobs.models import Job, JobAttempt
from registry.models import ArtifactCopy
from registry.replication.tasks import replicate
from tests.jobs.kinds import CASES, Asked, World, scans, told
from tests.live import LivePortal

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.timeout(3600)]
KILLS = int(os.environ.get("PORTAL_TEST_KILLS", "0"))
# By default all kinds lie in the queue together and share a few kills.
ROUNDS = [[kind] for kind in CASES] if KILLS else [list(CASES)]
MOMENTS = KILLS or 4
# How many jobs of a kind wait when the worker is killed.
WAITING = 4 if KILLS else 1


def test_each_kind_of_job_has_a_case() -> None:
    """A kind without one would not be killed below."""
    assert set(CASES) == {kind for kind in kinds() if not kind.startswith("tests.")}


class Asker:
    """Asks for jobs, and remembers what for."""

    def __init__(self, world: World, chosen: list[str], chance: random.Random) -> None:
        self.world, self.chosen, self.chance = world, chosen, chance
        self.asked: dict[str, list[Asked]] = {kind: [] for kind in chosen}

    def ask(self) -> None:
        """So many of each kind, in a random order; no more while a slow kind still has twice as many to do."""
        if Job.objects.filter(kind__in=self.chosen).unfinished().count() >= 2 * WAITING * len(self.chosen):
            return
        order = self.chosen * WAITING
        self.chance.shuffle(order)
        for kind in order:
            one = CASES[kind].ask(self.world)
            if one is not None:
                self.asked[kind].append(one)

    def jobs(self) -> set[object]:
        return {job for asked in self.asked.values() for job, _ in asked}


def wait_until_at_work(portal: LivePortal, chosen: list[str]) -> None:
    """Until a worker has one of the jobs in hand, or has done all of them already."""
    mine = Job.objects.filter(kind__in=chosen)
    end = time.monotonic() + 60
    while mine.unfinished().exists() and not mine.filter(state="running").exists():
        assert time.monotonic() < end, portal.log("worker")[-3000:]
        time.sleep(0.01)


def let_time_pass() -> None:
    """Nobody is alive and an hour is over: what the clock then does."""
    long_ago = timezone.now() - timedelta(hours=1)
    app.control.purge()  # each round rings for all that waits: what rang before would only pile up
    Job.objects.filter(state="running").update(heartbeat_at=long_ago)
    services.reconcile()
    ArtifactCopy.objects.filter(state__in=["pending", "failed"]).update(not_before=long_ago)
    Job.objects.filter(state="queued").update(not_before=long_ago)
    services.reconcile()  # rings for those that were put off until just now


def lost(chosen: list[str]) -> Counter[str]:
    """Attempts that a kill ended, by kind."""
    return Counter(JobAttempt.objects.filter(job__kind__in=chosen, result="lost").values_list("job__kind", flat=True))


@pytest.mark.parametrize("chosen", ROUNDS, ids=lambda chosen: "+".join(chosen) if len(chosen) == 1 else "all")
def test_no_kind_of_job_is_lost_or_done_twice(
    chosen: list[str],
    live_portal: LivePortal,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """``kill -9`` of the worker with its processes: one result and one ledger row a job, each attempt in its log."""
    monkeypatch.setattr(services, "MAX_ATTEMPTS", 30_000)
    monkeypatch.setattr(services, "RING_AGAIN_AFTER", timedelta(seconds=0))
    chance = random.Random(60)  # noqa: S311 (the same moments in each run)
    asker = Asker(World.make(tmp_path), chosen, chance)
    first = set(Job.objects.values_list("pk", flat=True))  # the filling of the location
    kills = 0
    while (sum(lost(chosen).values()) if KILLS else kills) < MOMENTS and kills < 10 * MOMENTS:
        asker.ask()
        wait_until_at_work(live_portal, chosen)
        time.sleep(chance.uniform(0.0, 0.05 if KILLS else 0.4))
        live_portal.kill("worker")
        kills += 1
        let_time_pass()
        live_portal.start("worker")
    fewest, end, ring_at = 1 << 30, 0.0, 0.0
    while (waiting := Job.objects.unfinished().count()) > 0:
        if waiting < fewest:  # what counts is that it goes on, not how fast
            fewest, end = waiting, time.monotonic() + 200
        assert time.monotonic() < end, (
            list(Job.objects.unfinished().values_list("kind", "state", "attempts", "message")),
            live_portal.log("worker")[-3000:],
        )
        time.sleep(0.3)
        if time.monotonic() > ring_at:  # the doorbells that died with a worker
            services.reconcile()
            ring_at = time.monotonic() + 3
    replicate()  # the clock's part: copies that were put off when their maker was killed

    failed = list(Job.objects.exclude(state="succeeded").values_list("kind", "state", "message"))
    assert failed == [], [line[-3000:] for line in live_portal.log("worker").splitlines() if '"error"' in line][-3:]
    assert set(Job.objects.values_list("pk", flat=True)) == first | asker.jobs() | scans()
    for kind, asked in asker.asked.items():
        found = told(kind, asked)
        assert sum(found.values()) == len(asked), (kind, found)
        if asked[0][1] is not None:
            assert found == Counter(subject for _, subject in asked), kind
        assert CASES[kind].results(asker.world) == len(asked), kind
        assert CASES[kind].wrong() == 0, kind
    assert_attempts_stand_in_the_log()
    interrupted = lost(chosen)
    record_property("kills", kills)
    record_property("interrupted", dict(interrupted))
    record_property("jobs", {kind: len(asked) for kind, asked in asker.asked.items()})


def assert_attempts_stand_in_the_log() -> None:
    """Numbered without a gap, each with its end, and the last one is the one that succeeded."""
    for job in Job.objects.prefetch_related("log"):
        log = sorted(job.log.all(), key=lambda attempt: attempt.number)
        assert [attempt.number for attempt in log] == list(range(1, job.attempts + 1)), job
        results = [attempt.result for attempt in log]
        assert results[-1] == "succeeded", job
        assert set(results[:-1]) <= {"lost", "retried"}, (job, results)
        assert all(attempt.ended_at for attempt in log), job
