"""Objects that are files in a folder of this machine, opened step by step so that no link leads out of it."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from modelops.lib.errors import Conflict
from registry.locations.plain import PlainObject, PlainObjects
from registry.locations.store import FileMissing, StorageUnavailable

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
# Without O_NONBLOCK the opening of a pipe would wait for its writer.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


class FolderOfObjects(PlainObjects):
    """Regular files below ``root``; symbolic links on the way are refused, devices and pipes too."""

    def __init__(self, root: str) -> None:
        self._root = Path(root)

    def look_at(self, key: str) -> PlainObject:
        with self._opened(key) as descriptor:
            return _found(key, os.fstat(descriptor))

    def read_at(self, found: PlainObject, start: int, end: int) -> bytes:
        with self._opened(found.key) as descriptor:
            data = os.pread(descriptor, end - start, start)
            # After reading: what was written meanwhile has changed the tag.
            if _found(found.key, os.fstat(descriptor)) != found:
                raise Conflict("The file has changed.", code="source.changed")
            return data

    def below(self, prefix: str, most: int) -> list[PlainObject]:
        found: list[PlainObject] = []
        start = self._root / prefix
        if start.resolve() != self._root.resolve() / prefix:
            return found
        for folder, folders, names in os.walk(start):
            folders.sort()
            for name in sorted(names):
                path = Path(folder) / name
                try:
                    status = path.lstat()
                except OSError:  # removed since the folder was read
                    continue
                if stat.S_ISREG(status.st_mode):
                    found.append(_found(str(path.relative_to(self._root)), status))
                    if len(found) >= most:
                        return found
        return found

    @contextmanager
    def _opened(self, key: str) -> Iterator[int]:
        *folders, name = key.split("/")
        opened: list[int] = []
        try:
            opened.append(os.open(self._root, _FOLDER))
            for folder in folders:
                opened.append(os.open(folder, _FOLDER, dir_fd=opened[-1]))
            opened.append(os.open(name, _FILE, dir_fd=opened[-1]))
            if not stat.S_ISREG(os.fstat(opened[-1]).st_mode):
                raise FileMissing(f"{key} is no regular file.")
            yield opened[-1]
        except FileNotFoundError:
            raise FileMissing(f"There is no file {key}.") from None
        except OSError as error:
            # ELOOP and ENOTDIR: a link, or a file where a folder should be.
            raise StorageUnavailable(f"The file {key} cannot be opened: {error.strerror}.") from None
        finally:
            for descriptor in opened:
                os.close(descriptor)


def _found(key: str, status: os.stat_result) -> PlainObject:
    tag = f"{status.st_ino:x}-{status.st_mtime_ns:x}-{status.st_ctime_ns:x}"
    return PlainObject(key, status.st_size, tag)
