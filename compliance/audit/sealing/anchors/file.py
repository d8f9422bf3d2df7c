"""A file that only grows. Put it on another disk, make it append-only (``chattr +a``) and copy it elsewhere.

One line a checkpoint: ``{"note":"…","size":N}``. A line that a full disk cut short is left as it is and passed over.
"""

import json
import os
import stat
from pathlib import Path

from .base import Anchor, AnchorFailed

_BLOCK = 64 << 10


class FileAnchor(Anchor):
    """Written by one call and forced to disk, so that a line is there whole before the next is signed."""

    name = "file"
    is_readable = True

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, size: int, note: str) -> None:
        line = json.dumps({"note": note, "size": size}, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                self._append(handle, line, note)
            finally:
                os.close(handle)
            self._sync_folder()
        except OSError as error:
            raise AnchorFailed(
                f"The anchor file {self.path} cannot be written: {error.strerror or error}. Make room, or give it back "
                "to the sealer's account.",
                code="anchor.not_writable",
            ) from None

    def last(self) -> str | None:
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise AnchorFailed(
                f"The anchor file {self.path} cannot be read: {error.strerror}.", code="anchor.not_readable"
            ) from None
        try:
            return _last_note(handle)
        except OSError as error:
            raise AnchorFailed(
                f"The anchor file {self.path} cannot be read: {error.strerror}.", code="anchor.not_readable"
            ) from None
        finally:
            os.close(handle)

    def _append(self, handle: int, line: bytes, note: str) -> None:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_mode & 0o022:
            raise AnchorFailed(
                f"The anchor file {self.path} is not a plain file that only its owner can write. Run: "
                f"chmod go-w {self.path}",
                code="anchor.unsafe",
            )
        if _last_note(handle) == note:
            return
        if found.st_size and os.pread(handle, 1, found.st_size - 1) != b"\n":
            line = b"\n" + line  # what a full disk left of a line stays a line of its own
        written = os.write(handle, line)
        if written != len(line):
            raise OSError(28, "No space left on device")
        os.fsync(handle)

    def _sync_folder(self) -> None:
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _last_note(handle: int) -> str | None:
    """The note in the last whole line."""
    end, held = os.fstat(handle).st_size, b""
    while end > 0:
        start = max(0, end - _BLOCK)
        held = os.pread(handle, end - start, start) + held
        lines = held.split(b"\n")
        # The first part may go on before the block; what follows the last line break is no whole line.
        for line in reversed(lines[:-1] if start == 0 else lines[1:-1]):
            if (note := _note(line)) is not None:
                return note
        held, end = held[: held.find(b"\n") + 1] if b"\n" in held else held, start
    return None


def _note(line: bytes) -> str | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    note = found.get("note") if isinstance(found, dict) else None
    return note if isinstance(note, str) else None
