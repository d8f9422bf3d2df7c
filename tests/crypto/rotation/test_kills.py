"""kill -9 of the worker and of PostgreSQL while keys are rotated. PORTAL_TEST_KILLS=60 makes it long."""

import base64
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modelops.embedded import throwaway
from modelops.embedded.paths import CHECKOUT

from .actor import ARTIFACTS, REQUESTS, ROWS_A_SECOND

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
KILLS = int(os.environ.get("PORTAL_TEST_KILLS", "6"))
Start = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def pair() -> Iterator[throwaway.ThrowAway]:
    """Servers of this test's own: the others' must not be killed."""
    pair = throwaway.start(durable=True)
    yield pair
    pair.remove()


@pytest.fixture
def start(pair: throwaway.ThrowAway, tmp_path: Path) -> Iterator[Start]:
    """Starts a part in a process of its own."""
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {
        "DJANGO_SETTINGS_MODULE": "modelops.settings",
        "DATABASE_URL": pair.owner_url,
        "REDIS_URL": pair.redis_url(),
        "MODELOPS_HOME": str(tmp_path),
        "MODELOPS_ENV": "test",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "MODELOPS_ROOT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "ROTATION_ROWS_A_SECOND": str(max(20, ROWS_A_SECOND * 6 // KILLS)),
    }
    started: list[subprocess.Popen[str]] = []

    def begin(part: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.crypto.rotation.actor", part],
            cwd=CHECKOUT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if part == "check" else subprocess.DEVNULL,
            text=True,
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


def test_a_rotation_goes_on_whatever_is_killed(pair: throwaway.ThrowAway, start: Start) -> None:
    """S0-45, S0-46: nothing is lost or moved twice, and every data key opens at every moment a probe looks."""
    assert start("setup").wait(240) == 0
    probe, worker = start("probe"), start("work")
    assert probe.stdout is not None
    assert probe.stdout.readline() == "ready\n"
    chance = random.Random(20261122)  # noqa: S311 (moments, not secrets)
    for number in range(KILLS):
        assert worker.stdout is not None
        worker.stdout.readline()  # it has begun; what follows is a random moment of its work
        time.sleep(chance.uniform(0.05, 0.5))
        if number % 3 == 2:
            postmaster = pair.cluster.running()
            assert postmaster is not None
            os.kill(postmaster, signal.SIGKILL)
            pair.processes[0].wait(10)
            pair.processes[0] = pair.cluster.start(dies_with_parent=True)
        worker.kill()
        worker.wait(10)
        worker = start("work")
    found, _ = start("check").communicate(timeout=240)
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
