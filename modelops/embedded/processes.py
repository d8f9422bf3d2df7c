"""Facts about processes, and children that never outlive their parent."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from modelops.embedded.service_user import ServiceUser

PROC = Path("/proc")
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def alive(pid: int) -> bool:
    """Whether ``pid`` still runs. A zombie does not: it only waits for a parent that may never ask."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        fields = (PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return not PROC.exists() or (PROC / str(pid)).exists()
    return fields.rpartition(")")[2].split()[0] not in {"Z", "X"}


def working_in(folder: Path) -> list[int]:
    """Living processes whose working directory is ``folder``: a PostgreSQL server and each of its backends.

    Where there is no /proc the answer is empty, and the servers' own pid files have to do.
    """
    return [pid for pid in _pids() if _cwd(pid) == str(folder) and alive(pid)]


def works_in(pid: int, folder: Path) -> bool:
    """Whether ``pid`` lives and works in ``folder``, so that a pid file is not believed after its number was reused."""
    if not alive(pid):
        return False
    return not PROC.exists() or _cwd(pid) == str(folder)


def carrying(variables: Mapping[str, str]) -> list[int]:
    """Living processes, other than this one, that were started with all of these environment variables."""
    wanted = {f"{name}={value}".encode() for name, value in variables.items()}
    found = []
    for pid in _pids():
        try:
            environ = set((PROC / str(pid) / "environ").read_bytes().split(b"\0"))
        except OSError:
            continue
        if wanted <= environ and pid != os.getpid() and alive(pid):
            found.append(pid)
    return found


def _pids() -> Iterator[int]:
    if PROC.exists():
        yield from (int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit())


def _cwd(pid: int) -> str:
    try:
        return str((PROC / str(pid) / "cwd").readlink()).removesuffix(" (deleted)")
    except OSError:
        return ""


def wait_until(condition: Callable[[], bool], seconds: float, step: float = 0.02) -> bool:
    """Poll ``condition`` until it holds or ``seconds`` have passed; whether it held."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(step)
    return True


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process that may be gone already."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def end_group(leader: int) -> None:
    """End whatever still lives in the process group (and session) that ``leader`` opened."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def end_all(pids: Sequence[int], patience: float) -> None:
    """Ask processes to end, and after ``patience`` seconds end them."""
    for pid in pids:
        send(pid, signal.SIGTERM)
    if not wait_until(lambda: not any(alive(pid) for pid in pids), patience):
        for pid in pids:
            if alive(pid):
                send(pid, signal.SIGKILL)
        wait_until(lambda: not any(alive(pid) for pid in pids), 5)


def spawn(
    arguments: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str],
    cwd: Path,
    user: ServiceUser | None = None,
    dies_with_parent: signal.Signals | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, writing to ``log``.

    The own session keeps Ctrl-C in the terminal away from it: the supervisor decides the order in which parts stop.
    ``dies_with_parent`` is the signal that it gets when the *thread* that called this ends, however that happens.
    """
    parent = os.getpid()

    def bind_to_parent() -> None:
        # Runs after the change of user, which would have cleared the setting.
        if _libc is not None and dies_with_parent is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(dies_with_parent), 0, 0, 0)
            if os.getppid() != parent:  # the parent died before the setting took hold
                os._exit(1)

    identity: dict[str, object] = {}
    if user is not None and user.uid != os.geteuid():
        identity = {"user": user.uid, "group": user.gid, "extra_groups": []}
    with log.open("ab") as stream:
        return subprocess.Popen(
            [str(part) for part in arguments],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=bind_to_parent if dies_with_parent is not None else None,
            umask=0o077,
            **identity,  # type: ignore[call-overload]
        )
