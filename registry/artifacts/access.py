"""Opening stored files and proving that they are what was stored."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from modelops.crypto import envelope
from modelops.crypto.errors import DecryptionFailed
from modelops.crypto.purposes import Purpose
from modelops.crypto.stream import SealedReader
from registry.locations.choose import store_for
from registry.locations.store import FileMissing
from registry.models import Artifact

from .sealed import PIECE_BYTES, context_of

# Names what has checked a file; it changes when the checks do.
TOOL = "modelops-verify/1"


def data_key_of(artifact: Artifact) -> bytes:
    """The data key of a file, unwrapped. Raises KeysUnavailable, UnknownKey or DecryptionFailed."""
    return envelope.unseal(bytes(artifact.wrapped_key), purpose=Purpose.ARTIFACT, context=context_of(artifact.pk))


def open_artifact(artifact: Artifact) -> BinaryIO:
    """The plaintext as a seekable binary file, decrypted in memory as it is read; the caller closes it.

    Raises DecryptionFailed for a file that is not the one that was stored, KeysUnavailable, FileMissing.
    """
    data_key = data_key_of(artifact)
    raw = store_for(artifact.location).open(artifact.storage_name)
    try:
        return cast(BinaryIO, SealedReader(raw, data_key=data_key, context=context_of(artifact.pk)))
    except BaseException:
        raw.close()
        raise


def pieces(file: BinaryIO) -> Iterator[bytes]:
    """The whole file in pieces of 1 MiB; closes it at the end."""
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


@dataclass(frozen=True, slots=True)
class Verification:
    """What reading a stored file back has shown.

    ``bad_segment`` counts from 0 and is None for a sound file and for one whose header or length is at fault.
    """

    is_sound: bool
    sha256: str | None
    reason: str
    duration_s: float
    bad_segment: int | None = None
    tool: str = TOOL


def verify_artifact(artifact: Artifact) -> Verification:
    """Read the whole stored file, check every segment and compare the digest; memory does not grow with the file.

    Missing keys and an unreachable store raise: they say nothing about the file.
    """
    started = time.monotonic()
    try:
        raw = store_for(artifact.location).open(artifact.storage_name)
    except FileMissing:
        return Verification(False, None, "The stored file is missing.", _since(started))
    return verify_stream(raw, artifact)


def verify_stream(raw: BinaryIO, artifact: Artifact) -> Verification:
    """The same for the sealed bytes of ``artifact`` from any place; ``raw`` is seekable and closed at the end.

    Missing keys and a store that cannot be read raise: they say nothing about the file.
    """
    started = time.monotonic()
    digest = hashlib.sha256()
    with raw:
        data_key = data_key_of(artifact)
        try:
            reader = SealedReader(raw, data_key=data_key, context=context_of(artifact.pk))
            for piece in pieces(cast(BinaryIO, reader)):
                digest.update(piece)
        except DecryptionFailed:
            return Verification(False, None, "The stored bytes are not those that were sealed.", _since(started))
    found = digest.hexdigest()
    if found != artifact.sha256:
        return Verification(False, found, "The digest differs from the registered one.", _since(started))
    return Verification(True, found, "Every segment opens and the digest is the registered one.", _since(started))


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)
