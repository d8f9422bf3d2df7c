"""Web servers of a benchmark: processes of their own, of which the CPU time is read."""

import atexit
import os
import socket
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from pathlib import Path

from modelops.embedded import parts, processes

_ROOT = Path(__file__).resolve().parents[1]
_PORTAL = "modelops.wsgi:application"
TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """One web server; ``seconds`` is the CPU time of all processes of its group so far."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._group = process.pid

    def seconds(self) -> float:
        found = 0.0
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == self._group:
                found += (int(fields[11]) + int(fields[12])) / TICKS
        return found


@contextmanager
def server(log: Path, application: str, workers: int = 1) -> Iterator[Server]:
    """The portal's web server, or another application under the same server, until the block ends."""
    port = free_port()
    command = [*parts.command("web", port=port, web_workers=workers)[:-1], application]
    process = processes.spawn(command, log=log, env={**os.environ, "PORT": str(port)}, cwd=_ROOT)
    try:
        assert processes.wait_until(lambda: answers(port), 60), log.read_text()
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def portal_server(folder: Path, workers: int, *, quick: bool) -> Iterator[Server]:
    """The portal's web server until the block ends; in the quick form the one that all benchmarks of a run share."""
    if quick:
        yield _shared()
    else:
        with server(folder / "web.log", _PORTAL, workers) as web:
            yield web


@lru_cache(maxsize=1)
def _shared() -> Server:
    """Of one worker; it ends with this process, before its database does."""
    stack = ExitStack()
    atexit.register(stack.close)
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-web-"))
    return stack.enter_context(server(Path(folder) / "web.log", _PORTAL))


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int, path: str = "/health/live") -> bool:
    """Whether a web server gives any answer there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
