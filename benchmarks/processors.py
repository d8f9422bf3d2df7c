"""Processor time of this process and of the PostgreSQL that it talks to: what a busy machine does not change."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds() -> float | None:
    """Processor seconds so far of this process and all of PostgreSQL's; None where the system does not tell (Linux)."""
    from django.db import connection

    if not Path("/proc/self/stat").exists():
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        postmaster = int(_stat(cursor.fetchone()[0])[1])
    # Of the postmaster also what its children took that have ended; of the others only their own.
    ticks = sum(map(int, _stat(postmaster)[11:15]))
    ticks += sum(sum(map(int, _stat(pid)[11:13])) for pid in _children(postmaster))
    return ticks / _TICKS + time.process_time()


def _stat(pid: int) -> list[str]:
    """Fields of a process from the third (its state) on: the second may hold blanks."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()


def _children(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        yield from map(int, (task / "children").read_text(encoding="utf-8").split())
