"""kill -9 of PostgreSQL, and of the worker, while copies are made. PORTAL_TEST_KILLS=60 kills each 60 times."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from modelops.embedded import throwaway
from modelops.embedded.paths import CHECKOUT
from tests.apart import environment

from .killing import KILLS, PLACES, VERSIONS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def pair() -> Iterator[throwaway.ThrowAway]:
    """Servers of this test's own: the others' must not be killed."""
    pair = throwaway.start(durable=True, migrated=True)
    yield pair
    pair.remove()


@pytest.fixture
def start(pair: throwaway.ThrowAway, tmp_path: Path) -> Iterator[Start]:
    """Starts a part in a process of its own."""
    env = environment(pair, tmp_path / "home", PORTAL_TEST_KILLS=str(KILLS))
    (tmp_path / "home").mkdir()
    started: list[subprocess.Popen[str]] = []

    def begin(module: str, *parts: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", f"tests.registry.locations.{module}", *parts]
        process = subprocess.Popen(
            command, cwd=CHECKOUT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


def test_copies_are_whole_whatever_is_killed(
    pair: throwaway.ThrowAway, start: Start, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """S1-02, S1-16: after every kill what calls itself a copy is one, and in the end every copy is there."""
    made = start("killing", "setup")
    told, _ = made.communicate(timeout=600)
    assert made.returncode == 0, told
    home, chance = tmp_path / "home", random.Random(20261122)  # noqa: S311 (moments, not secrets)
    interrupted = {"PostgreSQL": 0, "worker": 0}
    worker = start("replicator")
    seen = ""
    for number in range(2 * KILLS):
        victim = ("PostgreSQL", "worker")[number % 2]
        while victim == "PostgreSQL" and "ready" not in seen:  # a new worker
            assert worker.stdout is not None
            seen = worker.stdout.readline()
            assert seen, "the worker ended by itself"
        _forget_leases(pair)
        time.sleep(chance.uniform(0.0, 0.25))
        interrupted[victim] += _copies(pair, "state <> 'stored'") > 0
        if victim == "PostgreSQL":
            postmaster = pair.cluster.running()
            assert postmaster is not None
            os.kill(postmaster, signal.SIGKILL)
            pair.processes[0].wait(10)
            pair.processes[0] = pair.cluster.start(dies_with_parent=True)
        else:
            worker.kill()
            worker.wait(10)
            worker, seen = start("replicator"), ""
        assert _differing(pair, home) == []
    record_property("interrupted", interrupted)
    assert min(interrupted.values()) > 0
    worker.kill()
    worker.wait(10)
    found, _ = start("killing", "check").communicate(timeout=600)
    assert found.splitlines() == [f"{place} ({VERSIONS}, 0, 0, 0) {VERSIONS}" for place in PLACES]


def _copies(pair: throwaway.ThrowAway, condition: str) -> int:
    with psycopg.connect(pair.owner_url) as database:
        found = database.execute(f"SELECT count(*) FROM registry_artifactcopy WHERE {condition}".encode()).fetchone()
    assert found is not None
    return int(found[0])


def _forget_leases(pair: throwaway.ThrowAway) -> None:
    """A dead worker's lease would run for a minute and a half; nobody waits for it here."""
    with psycopg.connect(pair.owner_url) as database:
        database.execute("UPDATE registry_artifactcopy SET not_before = now() WHERE state IN ('pending', 'failed')")
        database.execute("UPDATE locations_storagelocation SET is_up = NULL")


def _differing(pair: throwaway.ThrowAway, home: Path) -> list[str]:
    """Copies that say that they are stored and are not the file of the first location, byte for byte."""
    # The rows first: a worker that lives goes on making copies, which an earlier look at the folders would not know.
    with psycopg.connect(pair.owner_url) as database:
        rows = database.execute(
            "SELECT l.name, a.storage_name FROM registry_artifactcopy c "
            "JOIN registry_artifact a ON a.id = c.artifact_id JOIN locations_storagelocation l ON l.id = c.location_id "
            "WHERE c.state = 'stored' AND l.name = ANY(%s)",
            [list(PLACES)],
        ).fetchall()
    places = {place: {path.name: path for path in (home / "locations" / place).rglob("*")} for place in PLACES}
    local = {path.name: path for path in (home / "artifacts").rglob("*")}
    return [
        f"{place}: {name}"
        for place, name in rows
        if name not in places[place] or places[place][name].read_bytes() != local[name].read_bytes()
    ]
