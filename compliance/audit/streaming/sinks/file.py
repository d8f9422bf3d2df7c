"""A file of JSON lines in the portal's data folder, for a collector that reads files."""

import os
from pathlib import Path

from django.conf import settings

from .base import Batch, NotTaken, Sink, sinks

_BLOCK = 64 << 10


@sinks.register("file")
class FileSink(Sink):
    """``audit-stream/NAME.jsonl``, forced to disk. What a crash left half-written is cut before the batch is appended.

    A collector may move the file away; the next batch begins a new one.
    """

    label = "File of JSON lines"
    fields = ()

    def check(self) -> None:
        """Nothing to check: the name of the receiver is the name of the file."""

    def where(self) -> str:
        return f"audit-stream/{self.name}.jsonl"

    def send(self, batch: Batch) -> None:
        path = Path(settings.MODELOPS_HOME) / self.where()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(handle, "r+b") as file:
                self._append(file.fileno(), batch.lines)
        except OSError as fault:
            raise NotTaken(f"The file cannot be written: {fault.strerror or fault}. Make room.") from None

    def _append(self, handle: int, lines: list[str]) -> None:
        """Append what of the batch is not there yet: it may have been written in part before a crash."""
        end, last = _last_line(handle)
        os.ftruncate(handle, end)
        done = lines.index(last) + 1 if last in lines else 0
        rest = memoryview("".join(f"{line}\n" for line in lines[done:]).encode())
        while rest:
            end += (count := os.pwrite(handle, rest, end))
            rest = rest[count:]
        os.fsync(handle)


def _last_line(handle: int) -> tuple[int, str]:
    """Where the last whole line ends, and its text without the end."""
    size = os.fstat(handle).st_size
    block = _BLOCK
    while True:
        start = max(0, size - block)
        tail = os.pread(handle, size - start, start)
        end = tail.rfind(b"\n")
        before = tail.rfind(b"\n", 0, max(end, 0))
        if start == 0 or (end >= 0 and before >= 0):
            return start + end + 1, tail[before + 1 : max(end, 0)].decode("utf-8", "replace")
        block *= 4
