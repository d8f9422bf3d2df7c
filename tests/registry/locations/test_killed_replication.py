"""Whatever ends a worker in the middle of a copy: no half file is ever a copy, and in the end every copy is there."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from compliance.audit import Actor
from modelops.embedded.paths import CHECKOUT
from registry.locations.choose import store_of
from registry.locations.models import StorageLocation
from registry.models import Artifact, ArtifactCopy
from registry.replication.reconciling import reconcile
from tests.registry.samples import make_model, make_version, safetensors

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.slow,
    pytest.mark.timeout(1200),
]  # fmt: skip
MOMENTS = int(os.environ.get("PORTAL_TEST_KILLS", "4"))
NAME = "replicator"


class Replicator:
    """The worker as a process of its own on the test's database."""

    def __init__(self, log: Path) -> None:
        base, _, options = os.environ["DATABASE_URL"].partition("?")
        database = f"{base.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}"
        url = f"{database}?{options}" if options else database
        self.env = {**os.environ, "DATABASE_URL": url, "PGAPPNAME": NAME, "PYTHONPATH": str(CHECKOUT)}
        self.log = log

    def start(self) -> None:
        """Start it and wait until it works."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.registry.locations.replicator"],
                cwd=CHECKOUT, env=self.env, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n", self.log.read_text()

    def kill(self) -> None:
        """As a power cut does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def replicator(tmp_path: Path) -> Iterator[Replicator]:
    replicator = Replicator(tmp_path / "replicator.log")
    yield replicator
    if replicator.process.poll() is None:
        replicator.kill()


def end_connections() -> None:
    """What a worker sees of a server that is killed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", [NAME])


def sealed(location: StorageLocation, artifact: Artifact) -> bytes:
    with store_of(location).open(artifact.storage_name) as file:
        return file.read()


def test_replication_survives_kills_at_random_moments(
    scientist: Any, locate: Callable[..., StorageLocation], replicator: Replicator, settle: Callable[[], None]
) -> None:
    """S1-02, S1-16: worker killed, or its database gone; what calls itself a copy is one, always."""
    places = [locate("disk"), locate("bucket", kind="s3")]
    model = make_model(scientist)
    local = StorageLocation.objects.get(is_primary=True)
    interrupted = 0
    for moment in range(MOMENTS):
        for size in (40_000, 9_000_000, 40_000):
            make_version(model, scientist, safetensors(os.urandom(size)))
        # A dead worker's lease would run for a minute and a half; the test does not wait for it.
        ArtifactCopy.objects.filter(state__in=["pending", "failed"]).update(not_before=timezone.now())
        replicator.start()
        # Spread over the time that the work takes, the first at its very beginning: some always interrupt it.
        time.sleep(0.6 * moment / MOMENTS * random.Random(moment).uniform(0.5, 1.0))  # noqa: S311
        if moment % 3 == 2:
            end_connections()
            time.sleep(0.2)
        replicator.kill()
        interrupted += ArtifactCopy.objects.exclude(state="stored").exists()
        for copy in ArtifactCopy.objects.filter(state="stored", location__in=places).select_related("artifact"):
            place = next(place for place in places if place.pk == copy.location_id)
            assert sealed(place, copy.artifact) == sealed(local, copy.artifact)
    assert interrupted
    StorageLocation.objects.update(is_up=None)
    settle()
    settle()
    assert ArtifactCopy.objects.filter(state="stored").count() == 3 * 3 * MOMENTS
    for place in places:
        found = reconcile(place, actor=Actor.system("test"), quiet_for_s=0)
        assert (found.objects_found - found.unfinished, found.orphans, found.missing) == (3 * MOMENTS, 0, 0)
        assert (found.plaintext, found.wrong_size) == (0, 0)
