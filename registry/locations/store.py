"""Where sealed files lie. A store keeps bytes under names that the portal makes; it never sees a key or plaintext."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

from modelops.lib.errors import Unavailable
from modelops.lib.plugins import Plugins


class StorageUnavailable(Unavailable):
    """The store cannot be reached or is full."""

    code = "storage.unavailable"


class FileMissing(Unavailable):
    """The store works but does not hold the file."""

    code = "storage.file_missing"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file that a store holds, for the sweeper."""

    name: str
    age_s: float
    is_pending: bool


class PendingFile(ABC):
    """A file that is being written. Nobody can open it by name until `commit`."""

    name: str

    @abstractmethod
    def write(self, data: bytes) -> int:
        """Append sealed bytes."""

    @abstractmethod
    def reopen(self) -> BinaryIO:
        """A seekable reader over what was written; the writer is flushed first."""

    @abstractmethod
    def commit(self) -> None:
        """Make it durable under its name. Refuses to replace a file (Conflict): stored bytes are immutable."""

    @abstractmethod
    def discard(self) -> None:
        """Remove it, also after `commit`; safe to call twice."""


class ArtifactStore(ABC):
    """A place for sealed files. Create-only: a name is written once."""

    label: ClassVar[str]

    @abstractmethod
    def begin(self, name: str) -> PendingFile:
        """Start the file ``name``. Raises StorageUnavailable."""

    @abstractmethod
    def open(self, name: str, offset: int = 0) -> BinaryIO:
        """A seekable reader that stands at ``offset``. Raises FileMissing or StorageUnavailable."""

    @abstractmethod
    def delete(self, name: str) -> None:
        """Remove the file; nothing happens when it is gone already."""

    @abstractmethod
    def delete_pending(self, name: str) -> None:
        """Remove an unfinished file; the finished one of that name stays."""

    @abstractmethod
    def probe(self) -> None:
        """Write, read and remove a small file. Raises StorageUnavailable with the reason."""

    @abstractmethod
    def walk(self) -> Iterator[StoredFile]:
        """Every file of the store, also unfinished ones."""


stores: Plugins[ArtifactStore] = Plugins("artifact location", ArtifactStore)
