"""A file of a folder while it is written: whole under its name at last, or not there."""

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from modelops.lib.errors import Conflict

from .store import PendingFile, StorageFull, StorageUnavailable

# Up to so much waits in memory: most files end before, and get their name without another one first.
_IN_MEMORY_BYTES: Final = 256 << 10
# How much may wait to be written before the kernel is told to begin with it.
_WRITE_BEHIND_BYTES: Final = 8 << 20
# What open says where the file system has no files without a name.
_UNKNOWN: Final = frozenset({errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOSYS})
# Says that every folder is there, and that the disk knows the way to each.
LAID_OUT: Final = ".laid-out"
# With so many of the 256 upper folders there will be files in all of them.
_MANY: Final = 64
_DIGITS: Final = "0123456789abcdef"
# Folders that this process has had the disk know the way to: device, inode, path.
_reached: set[tuple[int, int, str]] = set()


class PendingOnDisk(PendingFile):
    """A small file is kept in memory until `commit`; a larger one is written to ``incoming`` as it arrives.

    ``final`` is its path in the store at ``root``; ``prepare`` makes the folder ``incoming`` there.
    """

    def __init__(self, root: Path, final: Path, *, prepare: Callable[[], object]) -> None:
        self.name = final.name
        self._root = root
        self._final = final
        self._prepare = prepare
        self._waiting = bytearray()
        self._file: BinaryIO | None = None
        self._written = self._left_to_kernel = 0
        self._committed = False

    @property
    def _temporary(self) -> Path:
        return self._root / "incoming" / self.name

    def write(self, data: bytes) -> int:
        view = memoryview(data).cast("B")
        if self._file is None:
            if len(self._waiting) + len(view) <= _IN_MEMORY_BYTES:
                self._waiting += view
                return len(view)
            self._begin()
        self._append(view)
        return len(view)

    def reopen(self) -> BinaryIO:
        if self._committed:
            return self._final.open("rb")
        return BytesIO(self._waiting) if self._file is None else self._temporary.open("rb")

    def commit(self) -> None:
        try:
            if self._file is not None or not self._commit_unnamed():
                self._commit_named()
            _sync_up(self._final.parent, root=self._root)
        except FileExistsError:
            raise Conflict(f"The name {self.name} is taken by a stored file.", code="storage.name_taken") from None
        except OSError as error:
            raise refusal(self._final, error) from None
        self._committed = True
        self._waiting = bytearray()

    def discard(self) -> None:
        self._waiting = bytearray()
        if self._file is not None:
            self._file.close()
            self._temporary.unlink(missing_ok=True)
        if self._committed:
            self._final.unlink(missing_ok=True)

    def _commit_unnamed(self) -> bool:
        """Write the file without a name and then give it its own; False where there is no such way."""
        descriptor = self._open_unnamed()
        if descriptor is None:
            return False
        try:
            _write(descriptor, self._waiting)
            os.fsync(descriptor)
            # It has no path but this one. The folder is not looked at; with it, the link is followed.
            os.link(f"/proc/self/fd/{descriptor}", self._final, src_dir_fd=descriptor)
        except FileNotFoundError:  # there is no /proc
            return False
        finally:
            os.close(descriptor)
        return True

    def _open_unnamed(self) -> int | None:
        if not hasattr(os, "O_TMPFILE"):
            return None
        folder, flags = self._final.parent, os.O_WRONLY | os.O_TMPFILE
        try:
            try:
                return os.open(folder, flags, 0o600)
            except FileNotFoundError:  # the first file of its folder
                _make_with_siblings(folder)
                return os.open(folder, flags, 0o600)
        except OSError as error:
            if error.errno in _UNKNOWN:
                return None
            raise

    def _commit_named(self) -> None:
        if self._file is None:
            self._begin()
        assert self._file is not None  # noqa: S101  for the type checker
        os.fsync(self._file.fileno())
        self._file.close()
        try:
            os.link(self._temporary, self._final)  # fails when the name exists, where a rename would replace it
        except FileNotFoundError:  # the first file of its folder
            _make_with_siblings(self._final.parent)
            os.link(self._temporary, self._final)
        self._temporary.unlink()

    def _begin(self) -> None:
        """From now on the file is on the disk."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        try:
            try:
                descriptor = os.open(self._temporary, flags, 0o600)
            except FileNotFoundError:  # the first file of all
                self._prepare()
                descriptor = os.open(self._temporary, flags, 0o600)
        except FileExistsError:
            raise Conflict(f"A file {self.name} is being written already.", code="storage.name_taken") from None
        except OSError as error:
            raise refusal(self._temporary, error) from None
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        with memoryview(self._waiting) as waiting:
            self._append(waiting)
        self._waiting = bytearray()

    def _append(self, view: memoryview) -> None:
        assert self._file is not None  # noqa: S101  for the type checker
        try:
            _write(self._file.fileno(), view)
        except OSError as error:
            raise refusal(self._temporary, error) from None
        self._written += len(view)
        self._write_behind(self._file)

    def _write_behind(self, file: BinaryIO) -> None:
        """Have the kernel write what has come and drop its copies of what it has written.

        The disk then works while more arrives, `commit` waits for the last piece only, and a large file does not take
        the memory of all others; ever new memory for its copies is also what costs most processor time in writing.
        """
        if self._written - self._left_to_kernel >= _WRITE_BEHIND_BYTES and hasattr(os, "posix_fadvise"):
            with suppress(OSError):  # it is advice: what is wrong with the disk, `commit` will say
                os.posix_fadvise(file.fileno(), 0, self._written, os.POSIX_FADV_DONTNEED)
            self._left_to_kernel = self._written


def _write(descriptor: int, data: "bytearray | memoryview") -> None:
    written = 0
    with memoryview(data) as view:
        while written < len(view):
            written += os.write(descriptor, view[written:])


def make_private(folder: Path) -> None:
    """The folder with its parents; each that is made here is 0700, which ``parents=True`` alone does not give."""
    for path in [*reversed(folder.parents), folder]:
        if not path.exists():
            path.mkdir(mode=0o700, exist_ok=True)


def _make_with_siblings(folder: Path) -> None:
    """The folder and the fifteen beside it: the way to all of them is then synced at once."""
    # Whoever finds one of them from now on has to see to the way itself.
    (folder.parent.parent / LAID_OUT).unlink(missing_ok=True)
    _make_sixteen(folder.parent)


def _make_sixteen(above: Path) -> None:
    make_private(above)
    for digit in _DIGITS:
        (above / digit).mkdir(mode=0o700, exist_ok=True)


def lay_out(root: Path, *, however_few: bool = False) -> bool:
    """Make all 4,096 folders of a store that has many files, and have the disk know the way to each.

    Files that come later then need no more than a sync of their own folder. True where they are there now.
    Raises OSError.
    """
    mark = root / LAID_OUT
    if mark.exists():
        return True
    if not however_few and sum(len(path.name) == 2 for path in root.glob("??")) < _MANY:
        return False
    every = [root / f"{first}{second}" for first in _DIGITS for second in _DIGITS]
    for above in every:
        _make_sixteen(above)
    for above in every:
        _sync_folder(above)
    _sync_folder(root)
    mark.touch(mode=0o600)
    _sync_folder(root)
    return True


def _sync_up(folder: Path, *, root: Path) -> None:
    """Have the disk know the entries of ``folder``, and once for each process those that lead to it.

    A folder stays for good, so what leads to it is synced with the first file that this process puts there: another
    process may have made it a moment ago. That holds for every folder that was beside it before the sync.
    """
    if (itself := _sync_folder(folder)) in _reached:
        return
    if (root / LAID_OUT).exists():
        _reached.add(itself)
        return
    beside = _folders_in(folder.parent)
    if (above := _sync_folder(folder.parent)) not in _reached:
        _sync_folder(root)
        _reached.add(above)
    _reached.add(itself)
    _reached.update(beside)


def _folders_in(path: Path) -> list[tuple[int, int, str]]:
    """The folders that are in a folder now, as `_sync_folder` names them."""
    with os.scandir(path) as entries:
        every = [(entry.stat(follow_symlinks=False), entry) for entry in entries if entry.is_dir(follow_symlinks=False)]
    return [(found.st_dev, found.st_ino, entry.path) for found, entry in every]


def _sync_folder(path: Path) -> tuple[int, int, str]:
    """Sync the entries of a folder; gives which folder this is, also when another took its name."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
        found = os.fstat(descriptor)
        return found.st_dev, found.st_ino, str(path)
    finally:
        os.close(descriptor)


def refusal(path: Path, error: OSError) -> StorageUnavailable | StorageFull:
    """What is said of a folder that refuses a file."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StorageFull(
            "There is no room left in the artifact folder, so nothing was stored. Free space or enlarge the disk, "
            "then send the file again."
        )
    return StorageUnavailable(
        f"The artifact folder {path.parent} cannot be written: {error.strerror}. "
        "Check its owner, its permissions and the free space, then try again."
    )
