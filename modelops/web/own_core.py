"""Each process of the web server on a processor of its own, where there are as many processors as processes.

Python computes in one thread of a process at a time, and each question to the database hands over to another thread.
Where the system puts that one on another processor, it finds none of its memory in the caches there, and waking it
takes longer: a seventh of what a short request costs. Nothing is gained by it, as the process computes on one
processor all the same.

A large body is another matter: hashing and sealing do not need the interpreter, and several of them keep several
processors busy. The thread that serves one may use all processors for as long.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from .siblings import processes_told, siblings

LARGE_BYTES = 4 << 20

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def on_own_core(application: Application) -> Application:
    """``application`` for a WSGI server; this process, and each thread that it starts from now on, settle on a core.

    The same ``application`` where there are more or fewer processors than processes, or no way to tell or to settle.
    """
    everywhere = _processors()
    if len(everywhere) < 2 or processes_told() != len(everywhere):
        return application
    try:
        here = _settled(everywhere)
    except OSError:  # files that cannot be locked, a container that may not settle: served as before
        return application

    def run(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not _has_large_body(environ):
            answer = application(environ, start_response)
            return _Streamed(answer, here, everywhere) if getattr(answer, "streaming", False) else answer
        os.sched_setaffinity(0, everywhere)
        try:
            return application(environ, start_response)
        finally:
            os.sched_setaffinity(0, here)

    return run


def _processors() -> set[int]:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()


def _settled(everywhere: set[int]) -> set[int]:
    """Settle on the processor that fewest of the other processes have; one that ended leaves its own free."""
    with Path(__file__).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # they start at once, and each is to see where the others are
        taken = [core for process in siblings() for core in _alone_on(process)]
        here = {min(sorted(everywhere), key=taken.count)}
        os.sched_setaffinity(0, here)
    return here


def _alone_on(process: int) -> set[int]:
    try:
        cores = os.sched_getaffinity(process)
    except OSError:
        return set()
    return cores if len(cores) == 1 else set()


def _has_large_body(environ: dict[str, Any]) -> bool:
    length = environ.get("CONTENT_LENGTH") or "0"
    return "HTTP_TRANSFER_ENCODING" in environ or (len(length) > 6 and int(length) >= LARGE_BYTES)


class _Streamed:
    """An answer that is made piece by piece, on any processor."""

    def __init__(self, answer: Any, here: set[int], everywhere: set[int]) -> None:
        self._answer = answer
        self._here = here
        self._everywhere = everywhere

    def __iter__(self) -> Iterator[bytes]:
        os.sched_setaffinity(0, self._everywhere)
        try:
            yield from self._answer
        finally:
            os.sched_setaffinity(0, self._here)

    def close(self) -> None:
        self._answer.close()
