"""A file on its way into the store: sealed while it arrives, adopted by a service or removed."""

import secrets
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import InterfaceError, OperationalError

from modelops.crypto import envelope
from modelops.crypto.keyring import keyring
from modelops.crypto.purposes import Purpose
from modelops.crypto.stream import CIPHER, SealedReader, SealingWriter
from modelops.lib.ids import uuid7
from registry.locations.choose import primary_location, store_of
from registry.locations.store import PendingFile
from registry.models import Artifact

PIECE_BYTES = 1 << 20


def context_of(artifact_id: uuid.UUID) -> bytes:
    """What binds a file and its data key to the one row they belong to."""
    return f"registry.artifact:{artifact_id}".encode()


class SealedUpload(UploadedFile):
    """An uploaded file of which only the sealed bytes are on disk.

    Forms and serializers see an ordinary uploaded file with ``name`` and ``size``. Reading goes through
    `open_plaintext`. Unless a service adopts it, `close` removes the file; Django closes every upload when the
    request ends.
    """

    def __init__(self, pending: PendingFile, writer: SealingWriter, row: Artifact, data_key: bytes) -> None:
        super().__init__(file=None, name=row.file_name, size=writer.plaintext_bytes)
        self._pending = pending
        self._data_key = data_key
        self._row = row
        self._is_kept = False
        self.sha256 = writer.sha256

    def open_plaintext(self) -> BinaryIO:
        """The uploaded bytes as a seekable file; the caller closes it."""
        reader = SealedReader(self._pending.reopen(), data_key=self._data_key, context=context_of(self._row.pk))
        return cast(BinaryIO, reader)

    @contextmanager
    def adopted(self) -> Iterator[Artifact]:
        """Make the file durable and give its unsaved row; the body saves it within its transaction.

        An error in the body removes the file again. One exception: when the connection to the database broke, the
        transaction may have been committed, so the file stays and the sweeper decides by the rows.
        """
        self._pending.commit()
        self._is_kept = True
        try:
            yield self._row
        except (OperationalError, InterfaceError):
            raise
        except BaseException:
            self._is_kept = False
            self._pending.discard()
            raise

    def close(self) -> None:
        """Remove the sealed bytes unless a service adopted them; safe to call twice."""
        self._data_key = b""
        if not self._is_kept:
            self._pending.discard()

    @property
    def closed(self) -> bool:
        return not self._data_key


class Sealing:
    """Seals a file of unknown length as its bytes arrive."""

    def __init__(self, file_name: str) -> None:
        """Raises KeysUnavailable or StorageUnavailable before anything is stored."""
        artifact_id = uuid7()
        self._data_key = secrets.token_bytes(32)
        wrapped = envelope.seal(self._data_key, purpose=Purpose.ARTIFACT, context=context_of(artifact_id))
        version = keyring.by_id(envelope.key_id(wrapped), Purpose.ARTIFACT).version
        location = primary_location()
        self._row = Artifact(
            id=artifact_id,
            file_name=file_name,
            cipher=CIPHER,
            location=location.name,
            storage_name=f"{artifact_id.hex}.sealed",
            wrapped_key=wrapped,
            key_version=version,
        )
        self._pending = store_of(location).begin(self._row.storage_name)
        self._writer = SealingWriter(
            self._pending,  # type: ignore[arg-type]  # the writer only ever calls write()
            data_key=self._data_key,
            data_key_id=artifact_id,
            key_version=version,
            context=context_of(artifact_id),
        )

    @property
    def size(self) -> int:
        """Bytes of plaintext so far."""
        return self._writer.plaintext_bytes

    def write(self, data: bytes) -> None:
        """Seal the next bytes."""
        self._writer.write(data)

    def finish(self) -> SealedUpload:
        """The complete upload, ready for a service."""
        self._writer.finish()
        self._row.sha256 = self._writer.sha256
        self._row.size = self._writer.plaintext_bytes
        return SealedUpload(self._pending, self._writer, self._row, self._data_key)

    def discard(self) -> None:
        """Remove what was sealed so far."""
        self._pending.discard()


@contextmanager
def sealed_upload(source: BinaryIO | Iterable[bytes], file_name: str) -> Iterator[SealedUpload]:
    """Seal what ``source`` gives, for callers without a request; removed at the end unless a service adopted it."""
    pieces = iter(lambda: source.read(PIECE_BYTES), b"") if hasattr(source, "read") else source
    sealing = Sealing(file_name)
    try:
        for piece in pieces:
            sealing.write(piece)
        upload = sealing.finish()
    except BaseException:
        sealing.discard()
        raise
    try:
        yield upload
    finally:
        upload.close()
