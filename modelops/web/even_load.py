"""The processes of the web server carry even loads, also when few clients keep their connections.

The system gives each connection to one of the processes by chance, and it stays there: of eight clients six may share
a process while another one waits for work. So each process writes down how many requests it has at hand, where the
others see it; one that has clearly more than another asks now and then that a connection be closed after its answer.
Its client comes back as it would anyway, and is given to a process anew.
"""

import contextlib
import fcntl
import mmap
import os
import stat
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

from .siblings import processes_told

SHARED: Final = Path("/dev/shm")  # noqa: S108  a file there is taken only when it is this account's own
# From so many requests at hand on, and so many more than another process has.
BUSY: Final = 4
APART: Final = 2
# Between two connections that one process has closed: the first is to have found its place before.
PAUSE_S: Final = 0.02
_PLACES: Final = 64
_BYTES: Final = _PLACES * 8

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def with_even_load(application: Application) -> Application:
    """``application`` for a WSGI server; itself where it runs as one process or nothing can be shared."""
    if processes_told() < 2:
        return application
    load = _joined()
    if load is None:
        return application

    def run(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if load.is_uneven() and environ.get("SERVER_PROTOCOL", "").startswith("HTTP/1"):
                headers = [*headers, ("Connection", "close")]
            return start_response(status, headers, *rest)

        load.add(1)
        try:
            return application(environ, start)
        finally:
            load.add(-1)

    return run


class Load:
    """What this process has at hand, on a ``board`` of 32-bit numbers: for each process its number and its requests."""

    def __init__(self, board: Any) -> None:
        self._board = board
        self._lock = threading.Lock()
        # Raises StopIteration when no place is left.
        self._place = 2 * next(place for place in range(_PLACES) if not _lives(board[2 * place]))
        board[self._place + 1] = 0
        board[self._place] = os.getpid()
        self._closed = 0.0

    def add(self, requests: int) -> None:
        """Take so many requests more, or fewer, at hand."""
        with self._lock:
            self._board[self._place + 1] += requests

    def is_uneven(self) -> bool:
        """Whether another process has clearly fewer; then not again for a moment."""
        own = self._board[self._place + 1]
        if own < BUSY:
            return False
        board = self._board.tolist()
        others = [board[place + 1] for place in range(0, len(board), 2) if board[place] and place != self._place]
        if not others or own - min(others) < APART:
            return False
        now = time.monotonic()
        with self._lock:
            if now - self._closed < PAUSE_S:
                return False
            self._closed = now
        return True


def _joined() -> Load | None:
    """A place on the board of the processes that this one's parent runs; None where there is no memory to share."""
    own = f"modelops-web-{os.geteuid()}-"
    try:
        for old in SHARED.glob(f"{own}*"):
            if not _lives(int(old.name.removeprefix(own))):
                old.unlink(missing_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(SHARED / f"{own}{os.getppid()}", flags, 0o600)
    except (OSError, ValueError):
        return None
    # Each takes another place than those that start with it.
    with contextlib.closing(os.fdopen(descriptor, "r+b")) as file:
        found = os.fstat(descriptor)
        is_own = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and found.st_nlink == 1
        if not is_own or found.st_mode & 0o077:
            return None
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            # Memory that is there: where none is left, the first number to be written would end the process.
            os.posix_fallocate(descriptor, 0, _BYTES)
            return Load(memoryview(mmap.mmap(descriptor, _BYTES)).cast("i"))
        except (OSError, StopIteration):
            return None
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)  # what is mapped holds the file open, and with it the lock


def _lives(process: int) -> bool:
    if not process:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True
