"""kill -9 of the worker and of PostgreSQL while keys are rotated. PORTAL_TEST_KILLS=60 makes it 60 kills of each."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from modelops.embedded import throwaway
from modelops.embedded.paths import CHECKOUT
from tests.apart import environment

from .actor import ARTIFACTS, KILLS, REQUESTS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
Start = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def pair() -> Iterator[throwaway.ThrowAway]:
    """Servers of this test's own: the others' must not be killed."""
    pair = throwaway.start(durable=True, migrated=True)
    yield pair
    pair.remove()


@pytest.fixture
def start(pair: throwaway.ThrowAway, tmp_path: Path) -> Iterator[Start]:
    """Starts a part in a process of its own."""
    env = environment(pair, tmp_path, PORTAL_TEST_KILLS=str(KILLS), MODELOPS_ROTATION_CONNECTIONS="2")
    started: list[subprocess.Popen[str]] = []
    log = (tmp_path / "log").open("ab")

    def begin(part: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.crypto.rotation.actor", part],
            cwd=CHECKOUT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=log if part in ("probe", "work") else subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    log.close()
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


def test_a_rotation_goes_on_whatever_is_killed(
    pair: throwaway.ThrowAway, start: Start, record_property: Callable[[str, object], None]
) -> None:
    """S0-45, S0-46: nothing is lost or moved twice, and every data key opens at every moment a probe looks."""
    made = start("setup")
    told, _ = made.communicate(timeout=240)
    assert made.returncode == 0, told
    probe, worker = start("probe"), start("work")
    assert probe.stdout is not None
    assert probe.stdout.readline() == "ready\n"
    chance = random.Random(20261122)  # noqa: S311 (moments, not secrets)
    interrupted = {"worker": 0, "PostgreSQL": 0}
    for number in range(2 * KILLS):
        _wait_until_at_work(pair)
        time.sleep(chance.uniform(0.0, 0.4))  # a random moment of its work
        victim = ("PostgreSQL", "worker")[number % 2]
        interrupted[victim] += _under_way(pair)
        if victim == "PostgreSQL":
            _kill_postgres(pair)
        else:
            worker.kill()
            worker.wait(10)
            worker = start("work")
    record_property("interrupted", interrupted)
    assert min(interrupted.values()) > 0
    found, _ = start("check").communicate(timeout=900)
    probe.send_signal(signal.SIGTERM)
    seen, _ = probe.communicate(timeout=30)
    assert "FAILED" not in seen, seen
    assert "WRONG" not in seen, seen
    assert int(seen.split()[-1]) > 1000, seen
    assert found.splitlines() == [
        f"artifact succeeded {ARTIFACTS} 0 {ARTIFACTS} ",
        "left 0",
        f"column succeeded {REQUESTS} 0 {REQUESTS} ",
        "left 0",
        f"open {ARTIFACTS} {{2: {ARTIFACTS}}}",
        f"texts {REQUESTS}",
    ]


LIVING = (
    "SELECT 1 FROM jobs_job WHERE kind = 'keys.rotate' AND state = 'running' "
    "AND heartbeat_at > now() - interval '0.6 s'"
)
LEFT = "SELECT 1 FROM keys_rotation WHERE state <> 'succeeded'"
OVER = "SELECT 1 FROM keys_rotation WHERE state = 'failed'"


def _found(pair: throwaway.ThrowAway, query: LiteralString) -> bool:
    with psycopg.connect(pair.owner_url) as database:
        return database.execute(query).fetchone() is not None


def _under_way(pair: throwaway.ThrowAway) -> bool:
    """Whether a worker that lives has a rotation in hand: a dead one is not heard of."""
    return _found(pair, LIVING)


def _wait_until_at_work(pair: throwaway.ThrowAway) -> None:
    """Until it has found what the last one left, unless nothing is left."""
    deadline = time.monotonic() + 60
    while _found(pair, LEFT) and not _under_way(pair):
        assert not _found(pair, OVER), f"a rotation was given up: {_state_of(pair)}"
        assert time.monotonic() < deadline, f"no worker takes the rotation up again: {_state_of(pair)}"
        time.sleep(0.05)


def _state_of(pair: throwaway.ThrowAway) -> list[object]:
    with psycopg.connect(pair.owner_url) as database:
        jobs = database.execute("SELECT state, attempts, message, heartbeat_at, now() FROM jobs_job").fetchall()
        return [*jobs, *database.execute("SELECT purpose, state, done, fruitless, message FROM keys_rotation")]


def _kill_postgres(pair: throwaway.ThrowAway) -> None:
    """The whole server at once, and it comes back."""
    postmaster = pair.cluster.running()
    assert postmaster is not None
    os.kill(postmaster, signal.SIGKILL)
    pair.processes[0].wait(10)
    pair.processes[0] = pair.cluster.start(dies_with_parent=True)
