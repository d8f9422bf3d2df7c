"""The processes of the web server that this one is one of."""

import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path


def processes_told() -> int:
    """As how many processes the web server was told to run, 0 when that cannot be seen."""
    told = os.environ.get("GRANIAN_WORKERS", "")
    try:
        words = Path(f"/proc/{os.getppid()}/cmdline").read_text(errors="replace").split("\0")
    except OSError:
        words = []
    for word, following in pairwise(words):
        if word == "--workers":
            told = following
    return int(told) if told.isascii() and told.isdigit() else 0


def siblings() -> Iterator[int]:
    """The numbers of the others that the same process has started."""
    parent = os.getppid()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(fields[1]) == parent and int(stat.parent.name) != os.getpid():
            yield int(stat.parent.name)
