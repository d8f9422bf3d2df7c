"""Parts are killed while the demo loads; it is complete in the end, and nothing is there twice."""

import os
import signal
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from modelops.embedded import processes
from modelops.embedded.paths import Home
from tests.embedded.copies import migrated_before
from tests.embedded.test_portal_survives_kill import Portal
from tests.embedded.test_servers import connect

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

COMPLETE = {
    "registry_modelversion": 1,
    "registry_datasetversion": 2,
    "dataquality_qualityrun": 2,
    "monitoring_driftrun": 1,
    "monitoring_alert WHERE source_type = 'monitoring.driftrun'": 1,
}
UNFINISHED = "SELECT kind, state, attempts, message FROM jobs_job WHERE state IN ('queued', 'running')"
# Who dies after each line of the loader.
KILLS = ["web", "postgres", "valkey", "worker"]


def test_kills_during_the_demo_end_in_a_complete_demo(
    home: Home, shell: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    """Web, PostgreSQL, Valkey and worker in turn, then the supervisor; the next start completes what is left."""
    migrated_before(home)
    portal = Portal(home, shell, tmp_path)
    process = shell(home, "run", PORT=str(portal.port), DEMO="1")
    waiting = list(KILLS)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Demo:"):
            os.kill(portal.pids()[waiting.pop(0)], signal.SIGKILL)
        if not waiting or line.startswith("Stop "):
            break
    assert waiting == []
    pids = portal.pids()
    process.kill()
    process.stdout.close()
    process.wait(20)
    # A worker that lost its queue, or a web server that was told to end while it began, may take longer than this; the
    # next start ends whatever is left.
    servers = ("postgres", "valkey")
    processes.wait_until(lambda: not any(processes.alive(pids[name]) for name in servers), 90, 0.1)
    assert [name for name in servers if processes.alive(pids[name])] == []

    portal.start(demo=True)
    try:
        assert not any(processes.alive(pid) for pid in pids.values())
        assert "did not" not in portal.block
        with connect(home) as database:
            counted = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in COMPLETE}
            assert counted == COMPLETE
            # The schedule asks for a job of its own now and then, and what a dead worker held waits for its heartbeat.
            ended = processes.wait_until(lambda: not database.execute(UNFINISHED).fetchall(), 120, 0.2)
            assert ended, database.execute(UNFINISHED).fetchall()
        with urllib.request.urlopen(f"http://127.0.0.1:{portal.port}/metrics", timeout=10) as answer:
            assert b"modelops_http_request_seconds_count" in answer.read()  # counters of all web processes together
        assert not (home.logs / "demo.log").exists()  # invitations stay in no log
    finally:
        portal.process.terminate()
        portal.rest_of_output()
