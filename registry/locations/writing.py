"""A file on its way into a bucket: sent in parts while it is written, at constant memory."""

import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import BinaryIO

from .store import PendingFile, StorageUnavailable

# Also the most that one file is kept in memory for: smaller files are sent in one request. 10,000 parts make 80 GiB.
PART_BYTES = 8 << 20
_PARTS_WAITING = 2
# A writer that has been quiet for this long is gone; its parts are thrown away.
_ABANDONED_AFTER_S = 900.0


class Bucket(ABC):
    """What `PendingObject` needs of a bucket."""

    @abstractmethod
    def create(self, name: str, data: bytes) -> None:
        """Store a small file. Raises Conflict when the name is taken."""

    @abstractmethod
    def announce(self, name: str) -> None:
        """Say that a large file of this name is coming. Raises Conflict when it is there or announced already."""

    @abstractmethod
    def send(self, name: str, parts: Iterator[bytes]) -> None:
        """Store an announced file; an error of ``parts`` leaves nothing behind."""

    @abstractmethod
    def withdraw(self, name: str) -> None:
        """Take an announcement back."""

    @abstractmethod
    def open(self, name: str, offset: int = 0) -> BinaryIO:
        """A seekable reader."""

    @abstractmethod
    def delete(self, name: str) -> None:
        """Remove the file."""


class Withdrawn(Exception):
    """The writer gave the file up; ends the sending thread."""


class PendingObject(PendingFile):
    """Small files are one conditional request. Larger ones are announced, sent in parts by a thread, and withdrawn."""

    def __init__(self, bucket: Bucket, name: str) -> None:
        self.name = name
        self._bucket = bucket
        self._part = bytearray()
        self._parts: queue.Queue[bytes | None] = queue.Queue(_PARTS_WAITING)
        self._sender: threading.Thread | None = None
        self._error: BaseException | None = None
        self._is_withdrawn = False
        self._is_stored = False
        self._is_over = False

    def write(self, data: bytes) -> int:
        if self._is_stored or self._is_over:
            raise StorageUnavailable(f"The file {self.name} is finished; nothing can be added to it.")
        self._part += data
        while len(self._part) >= PART_BYTES:
            self._hand_over(bytes(self._part[:PART_BYTES]))
            del self._part[:PART_BYTES]
        return len(data)

    def reopen(self) -> BinaryIO:
        self._store()
        return self._bucket.open(self.name)

    def commit(self) -> None:
        self._store()

    def discard(self) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._part.clear()
        if self._sender is not None and not self._is_stored:
            self._is_withdrawn = True
            self._end_sender()
            self._bucket.withdraw(self.name)
        if self._is_stored:
            self._bucket.delete(self.name)

    def _store(self) -> None:
        if self._is_stored:
            return
        if self._sender is None:
            self._bucket.create(self.name, bytes(self._part))
        else:
            self._hand_over(bytes(self._part))
            self._end_sender()
            if self._error is not None:
                raise self._error
            self._bucket.withdraw(self.name)
        self._part.clear()
        self._is_stored = True

    def _hand_over(self, part: bytes | None) -> None:
        if self._sender is None:
            self._bucket.announce(self.name)
            self._sender = threading.Thread(target=self._send, name=f"send-{self.name[:8]}", daemon=True)
            self._sender.start()
        while True:
            if self._error is not None and part is not None:
                raise self._error
            try:
                self._parts.put(part, timeout=0.5)
            except queue.Full:
                if self._sender.is_alive():
                    continue
            return

    def _end_sender(self) -> None:
        assert self._sender is not None  # noqa: S101  for the type checker
        self._hand_over(None)
        self._sender.join()

    def _send(self) -> None:
        try:
            self._bucket.send(self.name, self._pieces())
        except BaseException as error:  # noqa: BLE001  raised again in the thread that writes
            self._error = error

    def _pieces(self) -> Iterator[bytes]:
        while True:
            try:
                part = self._parts.get(timeout=_ABANDONED_AFTER_S)
            except queue.Empty:
                raise Withdrawn from None
            if self._is_withdrawn:
                raise Withdrawn
            if part is None:
                return
            if part:
                yield part
