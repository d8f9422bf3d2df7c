"""Bytes that arrive: sealed in parts, each durable with its row before the next begins.

A part is cut off after `PART_BYTES`, so that a process that dies loses at most that much. Each part is sealed under a
salt of its own: what is sent a second time after a cut, the same or not, never meets the nonces of the first time.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from modelops.lib.errors import Conflict, Invalid
from registry.artifacts.body import announced_length, body_pieces, too_large
from registry.artifacts.expected_digest import ExpectedDigest

from . import errors, limits
from .expiry import KEPT_FOR
from .models import UploadPart, UploadSession, UploadState
from .parts import delete_parts
from .sealing import PartWriter, key_of

PART_BYTES = 64 << 20


def append(request: Any, session: UploadSession, start: int, content: ExpectedDigest) -> UploadSession:
    """Add the body of ``request`` to the upload at ``start``; gives the upload as it is then.

    What arrived before a cut is kept. With a ``content`` digest all of the body is kept or nothing. Raises
    OffsetMismatch, Conflict, Invalid, TooLarge, StorageFull, StorageUnavailable or KeysUnavailable.
    """
    announced = announced_length(request)
    token = _take_over(session, start, announced)
    limit = settings.MODELOPS_MAX_ARTIFACT_BYTES if session.length is None else session.length
    receiver = _Receiver(session, token, start)
    digests = {name: hashlib.new(name) for name in ("sha256", "sha512") if getattr(content, name)}
    try:
        for piece in body_pieces(request, max(limit - start, 0)):
            for digest in digests.values():
                digest.update(piece)
            receiver.write(piece)
    except (OperationalError, InterfaceError):
        raise
    except Invalid:  # the connection broke: what has arrived is sound
        receiver.flush()
        raise
    except BaseException:
        receiver.drop()
        raise
    receiver.flush()
    try:
        found = {name: digest.hexdigest() for name, digest in digests.items()}
        content.check(found.get("sha256", ""), found.get("sha512", ""))
    except Invalid:
        _take_back(session, token, start)
        raise
    session.refresh_from_db()
    return session


def append_pieces(
    session: UploadSession, start: int, pieces: Iterator[bytes], progress: Callable[[int], None]
) -> UploadSession:
    """Add what the portal itself reads from elsewhere; ``progress`` hears of the bytes that the upload has then.

    Whole parts stay when ``pieces`` or ``progress`` raises. Raises as `append` does.
    """
    token = _take_over(session, start, None)
    receiver = _Receiver(session, token, start)
    try:
        for piece in pieces:
            receiver.write(piece)
            progress(receiver.received)
    except (OperationalError, InterfaceError):
        raise
    except BaseException:
        receiver.drop()
        raise
    receiver.flush()
    session.refresh_from_db()
    return session


def _take_over(session: UploadSession, start: int, announced: int | None) -> uuid.UUID:
    """Become the one writer of the upload. An older request that still runs can add nothing from now on."""
    token = uuid.uuid4()
    with transaction.atomic():
        locked = UploadSession.objects.select_for_update().filter(pk=session.pk).first()
        if locked is None or locked.state != UploadState.OPEN:
            raise errors.completed(session)
        if locked.offset != start:
            raise errors.OffsetMismatch(locked, start)
        if locked.length is not None and announced is not None and start + announced > locked.length:
            raise Invalid(
                f"The file has {locked.length:,} bytes; {announced:,} more at {start:,} would be too many. Send the "
                "rest and nothing beyond it.",
                code="upload.too_long",
            )
        if locked.parts.count() >= limits.MOST_PARTS:
            raise Conflict(
                f"The upload has come in {limits.MOST_PARTS:,} pieces. Cancel it and send larger ones.",
                code="upload.too_many_parts",
            )
        locked.writer = token
        locked.save(update_fields=["writer"])
    session.offset, session.length = locked.offset, locked.length
    return token


def _take_back(session: UploadSession, token: uuid.UUID, start: int) -> None:
    """Undo what this request has added."""
    with transaction.atomic():
        locked = UploadSession.objects.select_for_update().filter(pk=session.pk, writer=token).first()
        if locked is None:
            return
        delete_parts(UploadPart.objects.filter(session=locked, start__gte=start))
        locked.offset = start
        locked.save(update_fields=["offset"])


class _Receiver:
    """Cuts what arrives into parts."""

    def __init__(self, session: UploadSession, token: uuid.UUID, offset: int) -> None:
        self._session, self._token, self._offset = session, token, offset
        self._key = key_of(session)
        self._writer: PartWriter | None = None

    @property
    def received(self) -> int:
        """Bytes of the whole upload so far, durable or not."""
        return self._offset + (self._writer.size if self._writer else 0)

    def write(self, data: bytes) -> None:
        for piece in self._fitting(memoryview(data)):
            if self._writer is None:
                self._writer = PartWriter(self._session, self._key, self._offset)
            self._writer.write(piece)
            if self._writer.size >= PART_BYTES:
                self.flush()

    def flush(self) -> None:
        """Make the part that is being written durable and let its row follow."""
        writer, self._writer = self._writer, None
        if writer is None:
            return
        try:
            part = writer.commit()
            with transaction.atomic():
                self._add(part)
        except (OperationalError, InterfaceError):
            raise  # whether it was committed the rows will tell; the sweeper goes by them
        except BaseException:
            writer.discard()
            raise
        self._offset += part.size

    def drop(self) -> None:
        """Forget the part that is being written."""
        if self._writer is not None:
            self._writer.discard()
            self._writer = None

    def _fitting(self, data: memoryview) -> Iterator[memoryview]:
        while data:
            room = PART_BYTES - (self._writer.size if self._writer else 0)
            yield data[:room]
            data = data[room:]

    def _add(self, part: UploadPart) -> None:
        locked = UploadSession.objects.select_for_update().filter(pk=self._session.pk).first()
        if locked is None or locked.writer != self._token or locked.state != UploadState.OPEN:
            raise errors.superseded()
        if locked.length is None:
            limits.check_unfinished_bytes(part.size)
        end = part.start + part.size
        if end > settings.MODELOPS_MAX_ARTIFACT_BYTES:
            raise too_large(settings.MODELOPS_MAX_ARTIFACT_BYTES)
        part.save(force_insert=True)
        locked.offset = end
        locked.expires_at = timezone.now() + KEPT_FOR
        locked.save(update_fields=["offset", "expires_at"])
