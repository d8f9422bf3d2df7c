"""A run that is killed leaves no server behind."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from modelops.embedded import processes
from modelops.embedded.paths import CHECKOUT

_RUN = """
import sys, time
from pathlib import Path
from tests.wire.servers import WireServer
server = WireServer(lambda port: [sys.executable, "-m", "http.server", str(port)], Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
if sys.argv[2] == "wait":
    time.sleep(60)
"""


@pytest.mark.parametrize("end", ["kill", "exit"])
def test_a_server_ends_with_the_run_that_started_it(end: str, tmp_path: Path) -> None:
    """Killed, as by a limit of time, or ended without a clean-up of its fixtures."""
    if end == "kill" and sys.platform != "linux":
        pytest.skip("Only Linux ends a process with its parent.")
    command = [sys.executable, "-c", _RUN, str(tmp_path), "wait" if end == "kill" else ""]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE) as run:
        assert run.stdout is not None
        pid = int(run.stdout.readline())
        if end == "kill":
            run.send_signal(signal.SIGKILL)
        run.wait(30)
    assert processes.wait_until(lambda: not processes.alive(pid), 10)
