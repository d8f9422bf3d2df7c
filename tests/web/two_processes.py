"""The web server as two processes on two processors, with an application that tells which of them serves."""

import contextlib
import json
import os
import signal
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from modelops.embedded import parts, processes
from modelops.embedded.paths import CHECKOUT
from tests.live import free_port

TWO = set(sorted(os.sched_getaffinity(0))[:2])
WITHIN = """
import os, sys
end = sys.argv.index("--")
os.sched_setaffinity(0, map(int, sys.argv[1:end]))
os.execv(sys.argv[end + 1], sys.argv[end + 1:])
"""


@contextlib.contextmanager
def server(folder: Path, workers: int) -> Iterator[Callable[..., dict[str, Any]]]:
    """A server of so many processes on two processors; a call asks one of them who serves and where."""
    port = free_port()
    command = [*parts.command("web", port=port, web_workers=workers)[:-1], "tests.web.whereabouts:application"]
    inside = [sys.executable, "-c", WITHIN, *map(str, sorted(TWO)), "--", *command]
    log = folder / "web.log"
    process = processes.spawn(inside, log=log, env=dict(os.environ), cwd=CHECKOUT, dies_with_parent=signal.SIGKILL)

    def ask(body: bytes | None = None) -> dict[str, Any]:
        with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/", data=body), timeout=10) as said:
            return dict(json.loads(said.read()))

    ask.port = port  # type: ignore[attr-defined]
    try:
        assert processes.wait_until(lambda: answers(ask), 60), log.read_text()
        yield ask
    finally:
        process.terminate()
        process.wait(20)


def answers(ask: Callable[[], dict[str, Any]]) -> bool:
    try:
        return bool(ask())
    except OSError:
        return False
