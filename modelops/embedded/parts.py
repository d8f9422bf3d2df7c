"""The portal's own processes and how each is started; the supervisor and the tests use the same lines."""

from __future__ import annotations

import sys
from pathlib import Path

NAMES = ("web", "worker", "beat")


def command(part: str, *, home: Path, port: int, web_workers: int = 2, concurrency: int = 2) -> list[str]:
    """Command line of ``part``: "web", "worker" or "beat"."""
    python = [sys.executable, "-m"]
    if part == "web":
        server = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
        server += ["--workers", str(web_workers), "--blocking-threads", "4", "--respawn-failed-workers"]
        return [*python, *server, "--no-ws", "--log-level", "info", "modelops.wsgi:application"]
    celery = [*python, "celery", "-A", "modelops.celery"]
    if part == "worker":
        return [*celery, "worker", "--concurrency", str(concurrency), "-l", "info", "--without-mingle"]
    if part == "beat":
        return [*celery, "beat", "-l", "info", "--schedule", str(home / "celerybeat-schedule"), "--pidfile", ""]
    raise ValueError(f"{part!r} is not one of {', '.join(NAMES)}.")
