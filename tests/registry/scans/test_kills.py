"""Whatever ends a worker in the middle of a scan: it is resumed, and decided once."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from accounts.actors import actor_of
from compliance.audit.models import AuditEvent
from modelops.embedded.paths import CHECKOUT
from modelops.jobs import services as jobs
from modelops.jobs.models import Job
from registry import services
from registry.artifacts.sealed import sealed_upload
from registry.models import ModelVersion
from registry.scanning.models import Inspection, Verdict
from tests.registry.samples import harmful, make_model, safetensors

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.slow,
    pytest.mark.timeout(1200),
]  # fmt: skip
MOMENTS = int(os.environ.get("PORTAL_TEST_KILLS", "4"))


class Scanner:
    """The worker as a process of its own on the test's database."""

    def __init__(self, log: Path) -> None:
        base, _, options = os.environ["DATABASE_URL"].partition("?")
        database = f"{base.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}"
        url = f"{database}?{options}" if options else database
        self.env = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": str(CHECKOUT)}
        self.log = log

    def start(self) -> None:
        """Start it and wait until it works."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.registry.scans.scanner"],
                cwd=CHECKOUT, env=self.env, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n", self.log.read_text()

    def kill(self) -> None:
        """As a power cut does."""
        self.process.kill()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[Scanner]:
    scanner = Scanner(tmp_path / "scanner.log")
    yield scanner
    if scanner.process.poll() is None:
        scanner.kill()


def bring_back() -> int:
    """What the schedule does once a dead worker has been silent for long enough; returns how many were lost."""
    lost = Job.objects.filter(state="running").update(heartbeat_at=timezone.now() - timedelta(minutes=5))
    jobs.reconcile()
    # How often a job may be tried is another rule, and so is the pause between.
    Job.objects.filter(state="queued").update(not_before=timezone.now(), attempts=0)
    return lost


def test_scans_survive_kills_at_random_moments(scientist: Any, scanner: Scanner) -> None:
    """S0-49: kill -9 during a scan: resumed, decided once; what is clean is given out and what is not is not."""
    model, actor = make_model(scientist), actor_of(scientist)
    lost = 0
    for moment in range(MOMENTS):
        for content in (safetensors(os.urandom(400_000)), harmful()):
            with sealed_upload([content], "model.bin") as file:
                services.add_version(model, file, actor=actor)
        scanner.start()
        # Spread over the time that the work takes, the first at its very beginning.
        time.sleep(0.8 * moment / MOMENTS * random.Random(moment).uniform(0.5, 1.0))  # noqa: S311
        scanner.kill()
        lost += bring_back()
    scanner.start()
    until = time.monotonic() + 120
    while Inspection.objects.filter(is_pending=True).exists() and time.monotonic() < until:
        time.sleep(0.1)
        assert scanner.process.poll() is None, scanner.log.read_text()
    scanner.kill()
    bring_back()
    assert not Inspection.objects.filter(is_pending=True).exists()
    assert lost > 0
    states = list(ModelVersion.objects.order_by("number").values_list("state", flat=True))
    said = list(Inspection.objects.order_by("version__number").values_list("state", "cause", "reasons"))
    assert states == ["ready", "quarantined"] * MOMENTS, (said, scanner.log.read_text()[-3000:])
    assert Verdict.objects.count() == 2 * MOMENTS
    decided = AuditEvent.objects.filter(name="scanning.scan.decided").values("target_id").annotate(times=Count("id"))
    assert {row["times"] for row in decided} == {1}
    assert len(decided) == 2 * MOMENTS
