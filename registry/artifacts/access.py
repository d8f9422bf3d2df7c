"""Opening stored files and proving that they are what was stored."""

from collections.abc import Iterator
from typing import BinaryIO, cast

from modelops.crypto.stream import SealedReader
from registry.locations.choose import store_for
from registry.locations.store import FileMissing
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
    context = context_of(artifact.pk)
    return open_copy(artifact, lambda raw: SealedReader(raw, data_key=data_key, context=context))


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
