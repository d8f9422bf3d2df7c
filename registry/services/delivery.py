"""Handing a decrypted file out: the ledger knows before the first byte, and afterwards what became of it."""

import logging
from collections.abc import Iterator
from typing import Any

from django.db import DatabaseError, transaction

from compliance.audit import Actor, record
from compliance.audit.context import current
from modelops.crypto.errors import DecryptionFailed
from modelops.crypto.stream import Digests, SealedReader
from modelops.lib.errors import DomainError
from registry.artifacts.access import open_sealed
from registry.audit_events import ARTIFACT_DOWNLOAD_STARTED, ARTIFACT_DOWNLOADED
from registry.byte_ranges import ByteRange
from registry.models import Artifact, DatasetVersion, ModelVersion

logger = logging.getLogger(__name__)

# What became of a download, as the ledger says it.
VERIFIED, SEGMENTS_VERIFIED = "verified", "verified_segments"
ABORTED, INTEGRITY_FAILED, UNAVAILABLE = "aborted", "integrity_failed", "unavailable"


class Delivery:
    """The plaintext on its way to somebody, in pieces of about 1 MiB. Iterate it once, and close it in any case.

    Each piece was checked before it is given. The last piece of a whole file waits until the digest of all of it is
    the registered one; what differs raises DecryptionFailed instead. `close` tells the ledger the outcome, once.
    """

    def __init__(
        self,
        version: ModelVersion | DatasetVersion,
        artifact: Artifact,
        part: ByteRange | None,
        *,
        goes_sealed: bool = False,
        actor: Actor,
    ) -> None:
        """Record that ``actor`` asks, then open the file; without that row nothing is opened."""
        self.size = part.stop - part.start if part else artifact.size
        self.sent = 0
        self._part = part
        self._goes_sealed = goes_sealed
        self._artifact = artifact
        self._version = version
        self._actor = actor
        self._context = current.get()
        self._result: str | None = None
        self._file: SealedReader | None = None
        with transaction.atomic():
            record(ARTIFACT_DOWNLOAD_STARTED, version, actor=actor, part=self._named_part, **self._facts())
        try:
            self._file = open_sealed(artifact)
        except DomainError as error:
            self._result = INTEGRITY_FAILED if isinstance(error, DecryptionFailed) else UNAVAILABLE
            self.close()
            raise

    def __iter__(self) -> Iterator[bytes]:
        try:
            for piece in self._checked():
                yield piece
                self.sent += len(piece)
            self._result = SEGMENTS_VERIFIED if self._part else VERIFIED
        except DecryptionFailed:
            self._result = INTEGRITY_FAILED
            raise
        except DomainError:
            self._result = UNAVAILABLE
            raise
        finally:
            self.close()

    def close(self) -> None:
        """Close the file and record what was sent; safe to call twice."""
        if self._file is not None:
            self._file.close()
        if self._version is None:
            return
        result = self._result or ABORTED
        verified = result in {VERIFIED, SEGMENTS_VERIFIED}
        # The request is over when the body is sent; its row belongs beside the others of the request all the same.
        token = current.set(self._context)
        try:
            with transaction.atomic():
                record(
                    ARTIFACT_DOWNLOADED,
                    self._version,
                    actor=self._actor,
                    outcome="success" if verified else "failure",
                    part=self._named_part,
                    sent=self.sent,
                    size=self.size,
                    verified=verified,
                    result=result,
                    **self._facts(),
                )
        except DatabaseError:
            logger.error("The end of a download could not be recorded: %s, %s bytes, %s", result, self.sent, self.size)
        finally:
            current.reset(token)
            self._version = None  # type: ignore[assignment]  # recorded

    def _checked(self) -> Iterator[bytes]:
        assert self._file is not None  # noqa: S101  the constructor raises otherwise
        if self._part is not None:
            yield from self._file.pieces(self._part.start, self._part.stop)
            return
        digests = Digests()
        waiting: bytes | None = None
        for piece in self._file.pieces():
            if waiting is not None:
                yield waiting
            digests.update(piece)
            waiting = piece
        if digests.hex()["sha256"] != self._artifact.sha256 or waiting is None:
            raise DecryptionFailed("The digest of the opened file is not the registered one.")
        yield waiting

    @property
    def _named_part(self) -> str:
        named = f"{self._part.start}-{self._part.stop - 1}" if self._part else "whole"
        return f"{named}, sealed" if self._goes_sealed else named

    def _facts(self) -> dict[str, Any]:
        version = self._version
        parent = version.model if isinstance(version, ModelVersion) else version.dataset
        return {"name": parent.name, "version": version.number, "sha256": self._artifact.sha256}
