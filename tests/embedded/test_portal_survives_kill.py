"""A whole portal, as `make run` starts it: whatever is killed comes back, and Ctrl-C takes it down in order."""

import json
import os
import re
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modelops.embedded import processes
from modelops.embedded.paths import Home
from tests.embedded.copies import schema, schema_of_a_copy
from tests.embedded.test_servers import connect
from tests.live import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
PARTS = ["postgres", "valkey", "web", "worker", "beat", "sealer"]


class Portal:
    """One `run` of a home, its output in a file."""

    def __init__(self, home: Home, shell: Callable[..., subprocess.Popen[str]], folder: Path) -> None:
        self.home, self.port, self._shell = home, free_port(), shell
        self.output = folder / "output"

    def start(self, *, demo: bool = False) -> None:
        """Start it and wait for the closing block."""
        self.process = self._shell(self.home, "run", PORT=str(self.port), DEMO=str(int(demo)))
        lines = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            lines.append(line)
            if line.startswith("Stop "):
                break
        self.block = "".join(lines)
        assert "Stop " in self.block, self.block

    def pids(self) -> dict[str, int]:
        """Process id of each part."""
        parts: dict[str, int] = json.loads(self.home.state.read_text())["parts"]
        return parts

    def ready(self) -> bool:
        """Whether the portal and everything it depends on answer."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def rest_of_output(self) -> str:
        """What it still writes until it ends."""
        assert self.process.stdout is not None
        text = self.process.stdout.read()
        self.process.wait(120)
        self.process.stdout.close()
        return text


@pytest.fixture
def portal(home: Home, shell: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> Iterator[Portal]:
    """A portal that runs; its first start migrates from nothing."""
    portal = Portal(home, shell, tmp_path)
    portal.start()
    yield portal
    if portal.process.poll() is None:
        portal.process.terminate()
        portal.rest_of_output()


def test_what_is_killed_comes_back_with_nothing_lost(
    portal: Portal, home: Home, shell: Callable[..., subprocess.Popen[str]]
) -> None:
    """S3-60: the supervisor starts a killed part again; the next start recovers from a killed supervisor; Ctrl-C ends
    that one in order.
    """
    assert re.search(rf"ModelOps portal +http://localhost:{portal.port}\n", portal.block)
    assert "/invitation/" in portal.block  # the first administrator's one-time credential
    assert str(home.root) in portal.block
    assert portal.ready()
    anchored = home.root / "anchors" / "checkpoints"
    assert processes.wait_until(anchored.exists, 30), (home.logs / "sealer.log").read_text()
    assert schema(home.sockets) == schema_of_a_copy()  # migrated here from nothing, as at every first start
    with connect(home) as database:
        users = database.execute("SELECT count(*) FROM accounts_user").fetchone()
        database.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    for part in PARTS:
        before = portal.pids()
        os.kill(before[part], signal.SIGKILL)
        assert processes.wait_until(lambda p=part, b=before: portal.pids()[p] != b[p], 30), part  # type: ignore[misc]
        assert processes.wait_until(portal.ready, 60, step=0.2), part
        now = portal.pids()
        ended = {name for name in PARTS if now[name] != before[name]}
        assert ended == {part}, [(home.logs / f"{name}.log").read_text()[-4000:] for name in ended - {part}]

    second = shell(home, "run", PORT=str(free_port()))
    output, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert f"A portal already runs on {home.root}: http://localhost:{portal.port}" in output

    pids = portal.pids()
    portal.process.kill()
    portal.rest_of_output()
    servers = [pids["postgres"], pids["valkey"], pids["web"]]
    assert processes.wait_until(lambda: not any(processes.alive(pid) for pid in servers), 20)

    portal.start()
    assert not any(processes.alive(pid) for pid in pids.values())
    assert portal.ready()
    with connect(home) as database:
        assert database.execute("SELECT answer FROM kept").fetchone() == (42,)
        assert database.execute("SELECT count(*) FROM accounts_user").fetchone() == users
    _ctrl_c_stops_the_work_before_the_servers(portal, home)


def _ctrl_c_stops_the_work_before_the_servers(portal: Portal, home: Home) -> None:
    """The terminal's Ctrl-C reaches the supervisor alone, which stops one part after the other."""
    pids = portal.pids()
    assert {os.getpgid(pid) for pid in pids.values()} == set(pids.values())  # none shares the terminal's group
    os.killpg(portal.process.pid, signal.SIGINT)
    output = portal.rest_of_output()
    assert portal.process.returncode == 0
    assert re.findall(r"^    (\w+) has stopped$", output, re.M) == [
        "web",
        "beat",
        "worker",
        "sealer",
        "valkey",
        "postgres",
    ]
    assert not any(processes.alive(pid) for pid in pids.values())
    assert not (home.postgres / "postmaster.pid").exists()
    assert "database system is shut down" in (home.logs / "postgres.log").read_text()
    assert "ended (" not in output
