"""A running portal: the real web server and the real Celery worker as processes of their own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from modelops.embedded import parts, processes
from modelops.embedded.paths import CHECKOUT


class LivePortal:
    """Web and worker beside the test, on the servers and database that ``env`` names."""

    def __init__(self, env: dict[str, str], folder: Path, within: Sequence[str] = ()) -> None:
        """``within`` begins each command line: what shuts the processes in."""
        self.within = within
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        # As in production: these processes know the application's role alone.
        known = {name: value for name, value in os.environ.items() if name != "MODELOPS_OWNER_DATABASE_URL"}
        self.env = {**known, **env, "PORT": str(self.port), "MODELOPS_DATABASE_POOL": "4"}
        self.folder = folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, part: str) -> None:
        """Start "web", "worker" or "beat", and wait until it does its work; one that runs already is left alone."""
        present = self.running.get(part)
        if present is not None and present.poll() is None:
            return
        command = [*self.within, *parts.command(part, port=self.port, web_workers=1)]
        size = self._log(part).stat().st_size if self._log(part).exists() else 0
        self.running[part] = processes.spawn(
            command, log=self._log(part), env=self.env, cwd=CHECKOUT, dies_with_parent=signal.SIGKILL
        )
        started = {"web": self.answers, "worker": lambda: " ready." in self.log(part)[size:]}.get(part, lambda: True)
        alive = processes.wait_until(lambda: started() or self.running[part].poll() is not None, 240)
        assert alive, f"{part} did not start:\n{self.log(part)[-4000:]}"
        assert self.running[part].poll() is None, f"{part} ended at once:\n{self.log(part)[-4000:]}"

    def stop(self, part: str) -> None:
        """End a part as the supervisor does; a worker finishes its task first."""
        process = self.running.pop(part)
        process.terminate()
        try:
            process.wait(30)
        finally:
            self._end_group(process)

    def kill(self, part: str) -> None:
        """End a part with all of its children at once, as a power cut does."""
        process = self.running.pop(part)
        self._end_group(process)

    def stop_all(self) -> None:
        """End every part."""
        for part in list(self.running):
            self.kill(part) if part != "web" else self.stop(part)

    def log(self, part: str) -> str:
        """Everything that a part wrote so far."""
        return self._log(part).read_text(encoding="utf-8", errors="replace") if self._log(part).exists() else ""

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command of manage.py beside the portal."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=CHECKOUT,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,  # migrating takes minutes where many share a core
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    def answers(self) -> bool:
        """Whether the web server takes requests."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/live", timeout=5):
                return True
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False

    def _log(self, part: str) -> Path:
        return self.folder / f"{part}.log"

    def _end_group(self, process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
