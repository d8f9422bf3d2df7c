"""Opening stored files and proving that they are what was stored."""

from collections.abc import Iterator
from typing import BinaryIO, cast

from modelops.crypto.errors import DecryptionFailed
from modelops.crypto.stream import SealedReader, Segments
from modelops.crypto.stream.reader import Content, content_of
from registry.locations.choose import store_for
from registry.locations.store import FileMissing, StorageUnavailable
from registry.models import Artifact
from registry.replication.reading import open_copy

from .data_keys import context_of, data_key_of
from .verification import Check, Verification, verify_stream

__all__ = [
    "PIECE_BYTES",
    "Check",
    "Verification",
    "data_key_of",
    "open_artifact",
    "open_sealed",
    "pieces",
    "verify_artifact",
    "verify_stream",
]

PIECE_BYTES = 1 << 20


def open_artifact(artifact: Artifact) -> BinaryIO:
    """The plaintext as a seekable binary file, decrypted in memory as it is read; the caller closes it.

    Raises DecryptionFailed for a file that is not the one that was stored, KeysUnavailable, FileMissing.
    """
    return cast(BinaryIO, open_sealed(artifact))


def open_sealed(artifact: Artifact) -> SealedReader:
    """The same with the pieces that it lies in, for whoever passes them on."""
    data_key = data_key_of(artifact)
    return open_copy(artifact, lambda raw: CopiesReader(raw, artifact, data_key))


class CopiesReader(SealedReader):
    """Reads from the first copy that opens, and goes on in the next where that one turns out to be damaged or lost.

    A damaged segment is never given: the same place is asked for in the other copies, and what all of them refuse
    raises.
    """

    def __init__(self, raw: BinaryIO, artifact: Artifact, data_key: bytes) -> None:
        self._data_key = data_key
        self._artifact = artifact
        super().__init__(raw, data_key=data_key, context=context_of(artifact.pk))

    def pieces(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        place = start
        while True:
            try:
                for piece in super().pieces(place, stop):
                    place += len(piece)
                    yield piece
            except (DecryptionFailed, StorageUnavailable, FileMissing):
                self._go_elsewhere(place)
            else:
                return

    def _go_elsewhere(self, place: int) -> None:
        # Each copy is asked for this very place, so that one that fails again is passed over and marked.
        def opener(raw: BinaryIO) -> Content:
            context = context_of(self._artifact.pk)
            content = content_of(Segments(raw, data_key=self._data_key, context=context))
            next(content.pieces(place, place + 1), None)
            return content

        elsewhere = open_copy(self._artifact, opener)
        self._content.close()
        self._content = elsewhere


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """The whole file in pieces of 1 MiB; closes it at the end."""
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def verify_artifact(artifact: Artifact) -> Verification:
    """Read the whole stored file, check every segment and compare the digest; memory does not grow with the file.

    Missing keys and an unreachable store raise: they say nothing about the file.
    """
    try:
        raw = store_for(artifact.location).open(artifact.storage_name)
    except FileMissing as error:
        return Verification(False, None, "The stored file is missing.", 0.0, checks=(Check("file", False, str(error)),))
    return verify_stream(raw, artifact)
