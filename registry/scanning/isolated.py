"""Scanning in a process of its own, with limits and without network; whatever happens to it, the file is held.

The process gets the plain bytes over a socket, part by part, as it asks for them: nothing is written anywhere, and keys
and the database stay on this side.
"""

import json
import os
import socket
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .child import BLOCK, VERDICT
from .engine import RULES, Verdict
from .engine.verdict import CLEAN, QUARANTINE

_ROOT = Path(__file__).parents[2]
_LONGEST_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one scan may use. The address space is more than the memory that it fills."""

    memory: int = 768 << 20
    cpu_s: int = 120
    seconds: float = 600.0

    def __str__(self) -> str:
        return f"{self.memory >> 20} MiB, {self.cpu_s} s of processor time, {self.seconds:.0f} s"


@dataclass(frozen=True, slots=True)
class Isolated:
    """A verdict with what stood around the scan: ``network`` is "namespace", "hook", or empty when it did not end."""

    verdict: Verdict
    rules: str
    network: str
    seconds: float
    limits: str = ""

    @property
    def has_ended(self) -> bool:
        """Whether the scanner itself came to the verdict."""
        return bool(self.network)


class _Stopped(Exception):
    """The process did not come to a verdict."""


def scan_isolated(file: BinaryIO, bounds: Bounds = Bounds(), *, path: str = "") -> Isolated:
    """The verdict about a seekable binary file. Errors of ``file`` itself are raised; those of the scanner hold it.

    ``path`` is where it stands in a folder of files.
    """
    started = time.monotonic()
    size = file.seek(0, os.SEEK_END)
    try:
        said = _ask(file, size, bounds, started + bounds.seconds, path)
    except _Stopped as stopped:
        reason = f"The scanner stopped before its verdict: {stopped} The file is held."
        verdict = Verdict(QUARANTINE, "unknown", (reason,))
        return Isolated(verdict, RULES, "", time.monotonic() - started, str(bounds))
    verdict = Verdict(said["verdict"], said["format"], tuple(said["reasons"]))
    return Isolated(verdict, said["rules"], said["network"], time.monotonic() - started, str(bounds))


def _ask(file: BinaryIO, size: int, bounds: Bounds, deadline: float, path: str) -> dict[str, str]:
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-I", "-B", str(_ROOT / "registry/scanning/child.py"), str(_ROOT)]
    command += [str(bounds.memory), str(bounds.cpu_s), path]
    with ours:
        try:
            with theirs:
                process = subprocess.Popen(
                    command,
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env={},
                    cwd="/",
                )
        except OSError as error:
            raise _Stopped(f"it could not be started ({error.strerror}).") from None
        try:
            return _serve(ours, file, size, deadline)
        except Unreadable:
            raise
        except (TimeoutError, _Late):
            raise _Stopped("it took too long.") from None
        except (OSError, EOFError, ValueError, KeyError, TypeError):
            process.kill()
            raise _Stopped(f"it ended with {process.wait()}.") from None
        finally:
            process.kill()
            process.wait()


class _Late(Exception):
    """The time is up."""


def _serve(channel: socket.socket, file: BinaryIO, size: int, deadline: float) -> dict[str, str]:
    """Give the parts that are asked for until the verdict comes."""
    _send(channel, struct.pack(">Q", size), deadline)
    while True:
        start, count = struct.unpack(">QQ", _take(channel, 16, deadline))
        if start == VERDICT:
            return _judged(_take(channel, min(count, _LONGEST_ANSWER), deadline))
        if count > BLOCK or start > size:
            raise ValueError("asked for what there is not")
        part = _part(file, start, count)
        _send(channel, struct.pack(">I", len(part)) + part, deadline)


def _judged(answer: bytes) -> dict[str, str]:
    said = json.loads(answer)
    if said["rules"] != RULES or said["verdict"] not in {CLEAN, QUARANTINE}:
        raise ValueError("another rule set")
    if (said["verdict"] == CLEAN) == bool(said["reasons"]):
        raise ValueError("a verdict that contradicts its reasons")
    return dict(said)


def _part(file: BinaryIO, start: int, count: int) -> bytes:
    """Errors of the file are not the scanner's: they are raised as they are, past the handling of a broken socket."""
    try:
        file.seek(start)
        parts = []
        while count and (part := file.read(count)):
            parts.append(part)
            count -= len(part)
        return b"".join(parts)
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise Unreadable(str(error)) from error


class Unreadable(OSError):
    """The file could not be read while it was scanned."""


def _send(channel: socket.socket, data: bytes, deadline: float) -> None:
    channel.settimeout(_left(deadline))
    channel.sendall(data)


def _take(channel: socket.socket, count: int, deadline: float) -> bytes:
    taken = bytearray()
    while len(taken) < count:
        channel.settimeout(_left(deadline))
        part = channel.recv(count - len(taken))
        if not part:
            raise EOFError
        taken += part
    return bytes(taken)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise _Late
    return left
