"""Sealed files in a folder of this machine."""

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

from .folder_files import LAID_OUT, PendingOnDisk, lay_out, make_private, refusal
from .store import (
    FILE_NAME,
    ArtifactStore,
    FileMissing,
    PendingFile,
    StorageUnavailable,
    StoredFile,
    checked_name,
    stores,
)

_MARK = ".modelops-location"


@stores.register("filesystem")
class FilesystemStore(ArtifactStore):
    """Files under ``$MODELOPS_HOME/artifacts`` or the folder of the options, in 4,096 folders by the end of their name.

    A file is written, synced, linked to its name and the folder synced, so that after a power cut there is either the
    whole file or none (`folder_files`). Folders are 0700 and files 0600.
    """

    label = "Folder of this machine"

    def __init__(
        self,
        options: Mapping[str, Any] | Path | None = None,
        credentials: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__({} if isinstance(options, Path) else options, credentials)
        named = options if isinstance(options, Path) else self.options.get("folder")
        self.root = Path(named or f"{settings.MODELOPS_HOME}/artifacts")
        # A folder that an administrator named may be a mount: without its mark it is not there.
        self._needs_mark = "folder" in self.options

    def prepare(self) -> None:
        """Make the folder and mark it as this portal's. Raises StorageUnavailable."""
        try:
            make_private(self.root)
            self._refuse_links()
            (self.root / _MARK).touch(mode=0o600)
        except OSError as error:
            raise refusal(self.root / _MARK, error) from None

    def begin(self, name: str) -> PendingFile:
        final = self._path(name)
        self._refuse_unmarked()
        self._refuse_links()
        return PendingOnDisk(self.root, final, prepare=self._incoming)

    def open(self, name: str, offset: int = 0) -> BinaryIO:
        file = os.fdopen(self._opened(name), "rb")
        file.seek(offset)
        return file

    def _opened(self, name: str) -> int:
        """A descriptor of the file. Raises FileMissing or StorageUnavailable."""
        self._refuse_unmarked()
        try:
            return os.open(self._path(name), os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            raise FileMissing(
                f"The stored file {name} is not in the artifact folder. Repair it from another location, or restore "
                "it from a backup."
            ) from None
        except OSError as error:
            raise StorageUnavailable(f"The stored file {name} cannot be opened: {error.strerror}.") from None

    def read(self, name: str, most: int) -> bytes:
        """The first ``most`` bytes, of a small file all. Raises as `open` does."""
        descriptor = self._opened(name)
        try:
            wanted = min(os.fstat(descriptor).st_size, most)
            found = os.read(descriptor, wanted)
            while len(found) < wanted and (more := os.read(descriptor, wanted - len(found))):
                found += more
        except OSError as error:
            raise StorageUnavailable(f"The stored file {name} cannot be read: {error.strerror}.") from None
        finally:
            os.close(descriptor)
        return found

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
            raise refusal(path, error) from None
        finally:
            path.unlink(missing_ok=True)

    def lay_out(self) -> None:
        self._refuse_unmarked()
        try:
            lay_out(self.root)
        except OSError as error:
            raise refusal(self.root / LAID_OUT, error) from None

    def walk(self) -> Iterator[StoredFile]:
        self._refuse_unmarked()
        now = time.time()
        for folder, folders, names in os.walk(self.root):
            folders.sort()
            for name in sorted(names):
                path = Path(folder) / name
                if name in {_MARK, LAID_OUT}:
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
            make_private(self.root)
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise refusal(folder, error) from None
        return folder

    def _refuse_links(self) -> None:
        if os.path.islink(self.root) or os.path.islink(f"{self.root}/incoming"):  # noqa: PTH114  for each file
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
        return Path(f"{self.root}/{name[29:31]}/{name[31]}/{name}")


def _open_nofollow(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")
