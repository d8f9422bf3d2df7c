"""Sealed files in a folder of this machine."""

import errno
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from modelops.lib.errors import Conflict

from .store import (
    FILE_NAME,
    ArtifactStore,
    FileMissing,
    PendingFile,
    StorageFull,
    StorageUnavailable,
    StoredFile,
    checked_name,
    stores,
)

_MARK = ".modelops-location"
# How much may wait to be written before the kernel is told to begin with it.
_WRITE_BEHIND_BYTES = 8 << 20
# Folders that this process has had the disk know the way to: device, inode, path.
_reached: set[tuple[int, int, str]] = set()


@stores.register("filesystem")
class FilesystemStore(ArtifactStore):
    """Files under ``$MODELOPS_HOME/artifacts`` or the folder of the options, in 4,096 folders by the end of their name.

    A file is written to ``incoming/``, synced, linked to its name and the folder synced, so that after a power cut
    there is either the whole file or none. Folders are 0700 and files 0600.
    """

    label = "Folder of this machine"

    def __init__(
        self,
        options: Mapping[str, Any] | Path | None = None,
        credentials: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__({} if isinstance(options, Path) else options, credentials)
        named = options if isinstance(options, Path) else self.options.get("folder")
        self.root = Path(named or Path(settings.MODELOPS_HOME) / "artifacts")
        # A folder that an administrator named may be a mount: without its mark it is not there.
        self._needs_mark = "folder" in self.options

    def prepare(self) -> None:
        """Make the folder and mark it as this portal's. Raises StorageUnavailable."""
        try:
            _make_private(self.root)
            self._refuse_links()
            (self.root / _MARK).touch(mode=0o600)
        except OSError as error:
            raise _refusal(self.root / _MARK, error) from None

    def begin(self, name: str) -> PendingFile:
        temporary, final = self.root / "incoming" / checked_name(name), self._path(name)
        self._refuse_unmarked()
        self._refuse_links()
        try:
            return _PendingOnDisk(temporary, final)
        except FileNotFoundError:  # the first file of all
            self._incoming()
        try:
            return _PendingOnDisk(temporary, final)
        except FileNotFoundError as error:
            raise _refusal(temporary, error) from None

    def open(self, name: str, offset: int = 0) -> BinaryIO:
        self._refuse_unmarked()
        try:
            file = _open_nofollow(self._path(name))
        except FileNotFoundError:
            raise FileMissing(
                f"The stored file {name} is not in the artifact folder. Repair it from another location, or restore "
                "it from a backup."
            ) from None
        except OSError as error:
            raise StorageUnavailable(f"The stored file {name} cannot be opened: {error.strerror}.") from None
        file.seek(offset)
        return file

    def read(self, name: str, most: int) -> bytes:
        """The first ``most`` bytes, of a small file all. Raises as `open` does."""
        with self.open(name) as file:
            try:
                return file.read(most)
            except OSError as error:
                raise StorageUnavailable(f"The stored file {name} cannot be read: {error.strerror}.") from None

    def size(self, name: str) -> int:
        with self.open(name) as file:
            return os.fstat(file.fileno()).st_size

    def first_bytes(self, file: StoredFile, length: int) -> bytes:
        path = self.root / file.name if file.is_foreign else self._path(file.name)
        try:
            with _open_nofollow(path) as content:
                return content.read(length)
        except OSError:
            return b""

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def delete_pending(self, name: str) -> None:
        (self._incoming() / Path(name).name).unlink(missing_ok=True)

    def probe(self) -> None:
        path = self._incoming() / f"probe-{os.getpid()}-{time.monotonic_ns()}"
        try:
            path.write_bytes(b"probe")
            if path.read_bytes() != b"probe":
                raise StorageUnavailable(f"The artifact folder {self.root} does not give back what was written.")
        except OSError as error:
            raise _refusal(path, error) from None
        finally:
            path.unlink(missing_ok=True)

    def walk(self) -> Iterator[StoredFile]:
        self._refuse_unmarked()
        now = time.time()
        for folder, folders, names in os.walk(self.root):
            folders.sort()
            for name in sorted(names):
                path = Path(folder) / name
                if name == _MARK:
                    continue
                try:
                    status = path.lstat()
                except FileNotFoundError:  # Adopted or removed since the folder was read.
                    continue
                yield self._found(path, now - status.st_mtime, status.st_size)

    def _found(self, path: Path, age_s: float, size: int) -> StoredFile:
        name = path.name
        is_link = path.is_symlink()
        if path.parent == self.root / "incoming" and not is_link:
            return StoredFile(name, age_s, is_pending=True, size=size)
        if not is_link and FILE_NAME.fullmatch(name) and path == self._path(name):
            return StoredFile(name, age_s, is_pending=False, size=size)
        return StoredFile(str(path.relative_to(self.root)), age_s, is_pending=False, size=size, is_foreign=True)

    def _incoming(self) -> Path:
        folder = self.root / "incoming"
        self._refuse_unmarked()
        try:
            self._refuse_links()
            _make_private(self.root)
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise _refusal(folder, error) from None
        return folder

    def _refuse_links(self) -> None:
        if self.root.is_symlink() or (self.root / "incoming").is_symlink():
            raise StorageUnavailable(
                f"The artifact folder {self.root} is, or holds, a symbolic link. Name the real folder."
            )

    def _refuse_unmarked(self) -> None:
        if self._needs_mark and not (self.root / _MARK).is_file():
            raise StorageUnavailable(
                f"The folder {self.root} is not there, or is not the one that this location was made with: its file "
                f"{_MARK} is missing. Mount it, or bring it back."
            )

    def _path(self, name: str) -> Path:
        checked_name(name)
        # The ids are time-ordered at their front; only their end spreads evenly.
        return self.root / name[29:31] / name[31] / name


class _PendingOnDisk(PendingFile):
    def __init__(self, temporary: Path, final: Path) -> None:
        self.name = final.name
        self._temporary = temporary
        self._final = final
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except FileExistsError:
            raise Conflict(f"A file {self.name} is being written already.", code="storage.name_taken") from None
        except FileNotFoundError:
            raise
        except OSError as error:
            raise _refusal(temporary, error) from None
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._written = self._left_to_kernel = 0
        self._committed = False

    def write(self, data: bytes) -> int:
        view = memoryview(data).cast("B")
        written = 0
        try:
            while written < len(view):
                written += self._file.write(view[written:])
        except OSError as error:
            raise _refusal(self._temporary, error) from None
        self._written += written
        self._write_behind()
        return written

    def _write_behind(self) -> None:
        """Have the kernel write what has come and drop its copies of what it has written.

        The disk then works while more arrives, `commit` waits for the last piece only, and a large file does not take
        the memory of all others; ever new memory for its copies is also what costs most processor time in writing.
        """
        if self._written - self._left_to_kernel >= _WRITE_BEHIND_BYTES and hasattr(os, "posix_fadvise"):
            with suppress(OSError):  # it is advice: what is wrong with the disk, `commit` will say
                os.posix_fadvise(self._file.fileno(), 0, self._written, os.POSIX_FADV_DONTNEED)
            self._left_to_kernel = self._written

    def reopen(self) -> BinaryIO:
        path = self._temporary if self._temporary.exists() else self._final
        return path.open("rb")

    def commit(self) -> None:
        folder = self._final.parent
        try:
            os.fsync(self._file.fileno())
            self._file.close()
            self._link()
            self._temporary.unlink()
            _sync_up(folder, root=self._temporary.parent.parent)
        except FileExistsError:
            raise Conflict(f"The name {self.name} is taken by a stored file.", code="storage.name_taken") from None
        except OSError as error:
            raise _refusal(self._final, error) from None
        self._committed = True

    def _link(self) -> None:
        """Give the file its name. A hard link fails when the name exists, a rename would replace it."""
        try:
            os.link(self._temporary, self._final)
        except FileNotFoundError:  # the first file of its folder
            _make_private(self._final.parent)
            os.link(self._temporary, self._final)

    def discard(self) -> None:
        self._file.close()
        self._temporary.unlink(missing_ok=True)
        if self._committed:
            self._final.unlink(missing_ok=True)


def _make_private(folder: Path) -> None:
    """The folder with its parents; each that is made here is 0700, which ``parents=True`` alone does not give."""
    for path in [*reversed(folder.parents), folder]:
        if not path.exists():
            path.mkdir(mode=0o700, exist_ok=True)


def _open_nofollow(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")


def _sync_up(folder: Path, *, root: Path) -> None:
    """Have the disk know the entries of ``folder``, and once for each process those that lead to it.

    A folder stays for good, so what leads to it is synced with the first file that this process puts there: another
    process may have made it a moment ago.
    """
    if (itself := _sync_folder(folder)) in _reached:
        return
    if (above := _sync_folder(folder.parent)) not in _reached:
        _sync_folder(root)
        _reached.add(above)
    _reached.add(itself)


def _sync_folder(path: Path) -> tuple[int, int, str]:
    """Sync the entries of a folder; gives which folder this is, also when another took its name."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
        found = os.fstat(descriptor)
        return found.st_dev, found.st_ino, str(path)
    finally:
        os.close(descriptor)


def _refusal(path: Path, error: OSError) -> StorageUnavailable | StorageFull:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StorageFull(
            "There is no room left in the artifact folder, so nothing was stored. Free space or enlarge the disk, "
            "then send the file again."
        )
    return StorageUnavailable(
        f"The artifact folder {path.parent} cannot be written: {error.strerror}. "
        "Check its owner, its permissions and the free space, then try again."
    )
