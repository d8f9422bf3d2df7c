"""Where sealed files lie. A store keeps bytes under names that the portal makes; it never sees a key or plaintext."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar

from modelops.lib.errors import Unavailable
from modelops.lib.plugins import Plugins

FILE_NAME = re.compile(r"[0-9a-f]{32}\.sealed")


class StorageUnavailable(Unavailable):
    """The store cannot be reached, or refuses."""

    code = "storage.unavailable"


class StorageFull(Unavailable):
    """There is no room for the file."""

    status = 507
    code = "storage.full"


class FileMissing(Unavailable):
    """The store works but does not hold the file."""

    code = "storage.file_missing"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file that a store holds, for the sweeper and the comparison with the rows.

    ``is_foreign`` tells a file that the portal did not name; ``name`` is then its path in the store.
    """

    name: str
    age_s: float
    is_pending: bool
    size: int = 0
    is_foreign: bool = False


class PendingFile(ABC):
    """A file that is being written. No row names it until `commit`."""

    name: str

    @abstractmethod
    def write(self, data: bytes) -> int:
        """Append sealed bytes."""

    @abstractmethod
    def reopen(self) -> BinaryIO:
        """A seekable reader over what was written. In a bucket this ends the writing: nothing can be appended then."""

    @abstractmethod
    def commit(self) -> None:
        """Make it durable under its name. Refuses to replace a file (Conflict): stored bytes are immutable."""

    @abstractmethod
    def discard(self) -> None:
        """Remove it, also after `commit`; safe to call twice."""


class ArtifactStore(ABC):
    """A place for sealed files. Create-only: a name is written once.

    A store is made from the options and credentials of its location; both were checked when the location was saved.
    """

    label: ClassVar[str]

    def __init__(self, options: Mapping[str, Any] | None = None, credentials: Mapping[str, Any] | None = None) -> None:
        self.options = dict(options or {})
        self.credentials = dict(credentials or {})

    @abstractmethod
    def begin(self, name: str) -> PendingFile:
        """Start the file ``name``. Raises StorageUnavailable."""

    @abstractmethod
    def open(self, name: str, offset: int = 0) -> BinaryIO:
        """A seekable reader that stands at ``offset``. Raises FileMissing or StorageUnavailable."""

    @abstractmethod
    def size(self, name: str) -> int:
        """Bytes of the file. Raises FileMissing or StorageUnavailable."""

    @abstractmethod
    def first_bytes(self, file: StoredFile, length: int) -> bytes:
        """The beginning of a file that `walk` gave, also of a foreign one."""

    @abstractmethod
    def delete(self, name: str) -> None:
        """Remove the file; nothing happens when it is gone already."""

    @abstractmethod
    def delete_pending(self, name: str) -> None:
        """Remove an unfinished file; the finished one of that name stays."""

    @abstractmethod
    def probe(self) -> None:
        """Write, read and remove a small file. Raises StorageUnavailable with the reason."""

    def lay_out(self) -> None:  # noqa: B027  most stores have nothing of the kind
        """Make now what many files will need; asked from time to time. Raises StorageUnavailable."""

    @abstractmethod
    def walk(self) -> Iterator[StoredFile]:
        """Every file of the store, also unfinished and foreign ones."""


def checked_name(name: str) -> str:
    """``name`` when it is one that the portal makes: a row that was tampered with must not lead out of the store."""
    if not FILE_NAME.fullmatch(name):
        raise StorageUnavailable(f"{name!r} is no name of a stored file.")
    return name


stores: Plugins[ArtifactStore] = Plugins("artifact location", ArtifactStore)
