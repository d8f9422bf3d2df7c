"""Sealed files in a folder of this machine."""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from modelops.lib.errors import Conflict

from .store import ArtifactStore, FileMissing, PendingFile, StorageUnavailable, StoredFile, stores

_NAME = re.compile(r"[0-9a-f]{32}\.sealed")


@stores.register("filesystem")
class FilesystemStore(ArtifactStore):
    """Files under ``$MODELOPS_HOME/artifacts``, spread over 4,096 folders by the end of their name.

    A file is written to ``incoming/``, synced, linked to its name and the folder synced, so that after a power cut
    there is either the whole file or none.
    """

    label = "Local file system"

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or Path(settings.MODELOPS_HOME) / "artifacts"

    def begin(self, name: str) -> PendingFile:
        return _PendingOnDisk(self._incoming() / name, self._path(name))

    def open(self, name: str, offset: int = 0) -> BinaryIO:
        try:
            file = self._path(name).open("rb")
        except FileNotFoundError:
            raise FileMissing(
                f"The stored file {name} is not in the artifact folder. Restore it from a backup."
            ) from None
        except OSError as error:
            raise StorageUnavailable(f"The stored file {name} cannot be opened: {error.strerror}.") from None
        file.seek(offset)
        return file

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
            raise _unavailable(self.root, error) from None
        finally:
            path.unlink(missing_ok=True)

    def walk(self) -> Iterator[StoredFile]:
        now = time.time()
        for path in sorted(self.root.glob("incoming/*")) + sorted(self.root.glob("??/?/*")):
            try:
                age_s = now - path.stat().st_mtime
            except FileNotFoundError:  # Adopted or removed since the folder was read.
                continue
            yield StoredFile(path.name, age_s, is_pending=path.parent.name == "incoming")

    def _incoming(self) -> Path:
        folder = self.root / "incoming"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _unavailable(self.root, error) from None
        return folder

    def _path(self, name: str) -> Path:
        # Names are made here and stand in rows; a row that was tampered with must not lead out of the folder.
        if not _NAME.fullmatch(name):
            raise StorageUnavailable(f"{name!r} is no name of a stored file.")
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
        except OSError as error:
            raise _unavailable(temporary, error) from None
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._committed = False

    def write(self, data: bytes) -> int:
        view = memoryview(data).cast("B")
        written = 0
        try:
            while written < len(view):
                written += self._file.write(view[written:])
        except OSError as error:
            raise _unavailable(self._temporary, error) from None
        return written

    def reopen(self) -> BinaryIO:
        path = self._temporary if self._temporary.exists() else self._final
        return path.open("rb")

    def commit(self) -> None:
        folder = self._final.parent
        try:
            os.fsync(self._file.fileno())
            self._file.close()
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # A hard link fails when the name exists, a rename would replace it.
            os.link(self._temporary, self._final)
            self._temporary.unlink()
            for path in (folder, folder.parent, self._temporary.parent.parent):
                _sync_folder(path)
        except FileExistsError:
            raise Conflict(f"The name {self.name} is taken by a stored file.", code="storage.name_taken") from None
        except OSError as error:
            raise _unavailable(self._final, error) from None
        self._committed = True

    def discard(self) -> None:
        self._file.close()
        self._temporary.unlink(missing_ok=True)
        if self._committed:
            self._final.unlink(missing_ok=True)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unavailable(path: Path, error: OSError) -> StorageUnavailable:
    return StorageUnavailable(
        f"The artifact folder {path.parent} cannot be written: {error.strerror}. "
        "Check its owner, its permissions and the free space, then try again."
    )
