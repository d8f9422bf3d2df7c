"""Sealing the parts of an upload: one key a session, one salt (and so one derived key) a part."""

import secrets
import uuid
from typing import BinaryIO, cast

from modelops.crypto import envelope
from modelops.crypto.keyring import keyring
from modelops.crypto.purposes import Purpose
from modelops.crypto.stream import SealedReader, SealingWriter
from registry.locations.choose import primary_location, store_for, store_of

from .models import UploadPart, UploadSession


def context_of_session(session_id: uuid.UUID) -> bytes:
    """What binds the key of the parts to its session."""
    return f"uploads.session:{session_id}".encode()


def _context_of_part(session_id: uuid.UUID, part_id: uuid.UUID, start: int) -> bytes:
    # A part opens in its own session and at its own place only: rows that were swapped are found out.
    return f"uploads.part:{session_id}:{part_id}:{start}".encode()


def new_key(session_id: uuid.UUID) -> tuple[bytes, int]:
    """A wrapped key for a new session and the version of the ring key. Raises KeysUnavailable."""
    context = context_of_session(session_id)
    wrapped = envelope.seal(secrets.token_bytes(32), purpose=Purpose.ARTIFACT, context=context)
    return wrapped, keyring.by_id(envelope.key_id(wrapped), Purpose.ARTIFACT).version


def key_of(session: UploadSession) -> bytes:
    """The key of the parts. Raises KeysUnavailable, UnknownKey or DecryptionFailed."""
    return envelope.unseal(bytes(session.wrapped_key), purpose=Purpose.ARTIFACT, context=context_of_session(session.pk))


class PartWriter:
    """Seals consecutive bytes of an upload into a file of their own, at constant memory."""

    def __init__(self, session: UploadSession, key: bytes, start: int) -> None:
        """Raises StorageUnavailable before anything is stored."""
        location = primary_location()
        part = UploadPart(session=session, start=start, location=location.name)
        part.storage_name = f"{part.pk.hex}.sealed"
        self.part = part
        self._pending = store_of(location).begin(part.storage_name)
        try:
            self._writer = SealingWriter(
                cast(BinaryIO, self._pending),  # the writer only ever calls write()
                data_key=key,
                data_key_id=session.pk,
                key_version=session.key_version,
                context=_context_of_part(session.pk, part.pk, start),
            )
        except BaseException:
            self._pending.discard()
            raise

    @property
    def size(self) -> int:
        """Bytes of plaintext so far."""
        return self._writer.plaintext_bytes

    def write(self, data: bytes) -> None:
        """Seal the next bytes."""
        self._writer.write(data)

    def commit(self) -> UploadPart:
        """Make the file durable; gives its unsaved row."""
        self._writer.finish()
        self.part.size = self._writer.plaintext_bytes
        self._pending.commit()
        return self.part

    def discard(self) -> None:
        """Remove the file, also after `commit`."""
        self._pending.discard()


def open_part(part: UploadPart, key: bytes) -> BinaryIO:
    """The plaintext of a part; the caller closes it. Raises DecryptionFailed, FileMissing or StorageUnavailable."""
    raw = store_for(part.location).open(part.storage_name)
    try:
        context = _context_of_part(part.session_id, part.pk, part.start)
        return cast(BinaryIO, SealedReader(raw, data_key=key, context=context))
    except BaseException:
        raw.close()
        raise


def delete_file(part: UploadPart) -> None:
    """Remove the file of a part; nothing happens when it is gone already."""
    store_for(part.location).delete(part.storage_name)
