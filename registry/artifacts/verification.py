"""Proving that sealed bytes are the ones of an artifact, at constant memory."""

import time
from dataclasses import dataclass
from typing import BinaryIO

from modelops.crypto.errors import DecryptionFailed
from modelops.crypto.stream import DamagedSegment, Digests, SealedReader, Segments
from registry.models import Artifact

from .data_keys import context_of, data_key_of

# Names what has checked a file; it changes when the checks do.
TOOL = "modelops-verify/2"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ``passed`` is None for what could not be looked at any more."""

    name: str
    passed: bool | None
    text: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What reading a stored file back has shown.

    ``bad_segment`` is the first that does not open, counted from 0; None for a sound file and for one whose header or
    length is at fault.
    """

    is_sound: bool
    sha256: str | None
    reason: str
    duration_s: float
    bad_segment: int | None = None
    sha512: str | None = None
    checks: tuple[Check, ...] = ()
    tool: str = TOOL


def verify_stream(raw: BinaryIO, artifact: Artifact) -> Verification:
    """Read all sealed bytes of ``artifact`` from any place; ``raw`` is seekable and closed at the end.

    Missing keys and a store that cannot be read raise: they say nothing about the file.
    """
    started = time.monotonic()
    with raw:
        data_key, context = data_key_of(artifact), context_of(artifact.pk)
        recorded = _recorded(artifact)
        digests = Digests(recorded)
        try:
            reader = SealedReader(raw, data_key=data_key, context=context, check_last=False)
            for piece in reader.pieces():
                digests.update(piece)
        except DamagedSegment:
            bad = _first_damaged(raw, data_key, context)
            return _damaged(artifact, f"Segment {bad} does not open: its bytes were changed.", started, bad)
        except DecryptionFailed as error:
            return _damaged(artifact, error.message, started, None)
    found = digests.hex()
    checks = [
        Check("key", True, f"Commits to the data key that key version {artifact.key_version} wraps."),
        Check("cipher", reader.header.algorithm.suite == artifact.cipher, reader.header.algorithm.suite),
        Check("codec", reader.header.codec.label == artifact.codec, reader.header.codec.label),
        Check("segments", True, f"All {reader.segments.last + 1:,} open."),
        Check("size", reader.size == artifact.size, f"{reader.size:,} bytes"),
        *(Check(name, found[name] == digest, found[name]) for name, digest in recorded.items()),
    ]
    failed = next((check for check in checks if not check.passed), None)
    reason = "Every segment opens and the digest is the registered one."
    if failed is not None:
        what = "digest" if failed.name in recorded else failed.name
        reason = f"The {what} differs from the registered one."
    return Verification(
        is_sound=failed is None,
        sha256=found["sha256"],
        reason=reason,
        duration_s=_since(started),
        sha512=found.get("sha512"),
        checks=tuple(checks),
    )


def _recorded(artifact: Artifact) -> dict[str, str]:
    return {name: digest for name, digest in (("sha256", artifact.sha256), ("sha512", artifact.sha512)) if digest}


def _first_damaged(raw: BinaryIO, data_key: bytes, context: bytes) -> int:
    # The table of a compressed file lies at its end, so the fault that was met need not be the first.
    segments = Segments(raw, data_key=data_key, context=context, check_last=False)
    for index in range(segments.last + 1):
        try:
            segments.segment(index)
        except DamagedSegment:
            return index
    return segments.last


def _damaged(artifact: Artifact, reason: str, started: float, segment: int | None) -> Verification:
    opened = segment is not None
    checks = (
        Check("key", opened, "The header commits to the data key." if opened else reason),
        Check("segments", False if opened else None, reason if opened else "Not looked at."),
        *(Check(name, None, "Not known: the file cannot be read to its end.") for name in _recorded(artifact)),
    )
    return Verification(False, None, reason, _since(started), bad_segment=segment, checks=checks)


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)
