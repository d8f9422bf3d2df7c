"""A file on its way into the store: sealed while it arrives, adopted by a service or removed."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import BinaryIO, Final, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import InterfaceError, OperationalError

from modelops.crypto import envelope
from modelops.crypto.keyring import keyring
from modelops.crypto.purposes import Purpose
from modelops.crypto.stream import SealedReader, SealingWriter
from modelops.lib.fixed_rows import unsaved
from modelops.lib.ids import uuid7
from registry.locations.choose import enabled_locations, primary_location, store_of
from registry.locations.models import StorageLocation
from registry.locations.store import PendingFile
from registry.models import Artifact

from .codec import SAMPLE_BYTES, choose_codec
from .data_keys import context_of
from .options import sealing_options
from .recording import locations_seen, note_locations

PIECE_BYTES = 1 << 20
# The format of such a file is told of its bytes as they came: to open them again takes longer than to look.
_SMALL_BYTES: Final = 64 << 10


class SealedUpload(UploadedFile):
    """An uploaded file of which only the sealed bytes are on disk.

    Forms and serializers see an ordinary uploaded file with ``name`` and ``size``. Reading goes through
    `open_plaintext`. Unless a service adopts it, `close` removes the file; Django closes every upload when the
    request ends.
    """

    def __init__(self, pending: PendingFile, row: Artifact, data_key: bytes, small: bytes = b"") -> None:
        """``small`` is the plaintext of a file that came as one piece; it is dropped when the file is adopted."""
        super().__init__(file=None, name=row.file_name, size=row.size)
        self._pending = pending
        self._data_key = data_key
        self._small = small
        self._row = row
        self._is_kept = False
        self.sha256 = row.sha256
        self.sha512 = row.sha512

    def open_plaintext(self) -> BinaryIO:
        """The uploaded bytes as a seekable file; the caller closes it."""
        if self._small:
            return BytesIO(self._small)
        reader = SealedReader(self._pending.reopen(), data_key=self._data_key, context=context_of(self._row.pk))
        return cast(BinaryIO, reader)

    @contextmanager
    def adopted(self) -> Iterator[Artifact]:
        """Make the file durable and give its unsaved row; the body saves it within its transaction.

        An error in the body removes the file again. One exception: when the connection to the database broke, the
        transaction may have been committed, so the file stays and the sweeper decides by the rows.
        """
        self._small = b""  # whoever adds a thousand files holds none of them
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
        self._data_key = self._small = b""
        if not self._is_kept:
            self._pending.discard()

    @property
    def closed(self) -> bool:
        return not self._data_key


class Sealing:
    """Seals a file of unknown length as its bytes arrive. The first MiB waits in memory: it decides on the codec."""

    def __init__(
        self, file_name: str, *, beside: Artifact | None = None, locations: Sequence[StorageLocation] = ()
    ) -> None:
        """Raises KeysUnavailable or StorageUnavailable before anything is stored.

        ``beside`` is the unsaved row of a file that was sealed just before: it knows the locations. Who has just read
        those that are enabled gives them as ``locations``.
        """
        artifact_id = uuid7()
        self._options = sealing_options()
        self._data_key = secrets.token_bytes(32)
        wrapped = envelope.seal(self._data_key, purpose=Purpose.ARTIFACT, context=context_of(artifact_id))
        version = keyring.by_id(envelope.key_id(wrapped), Purpose.ARTIFACT).version
        enabled = list(locations) or (beside and locations_seen(beside)) or enabled_locations()
        location = primary_location(enabled)
        self._row = unsaved(
            Artifact,
            id=artifact_id,
            file_name=file_name,
            cipher=self._options.algorithm.suite,
            location=location.name,
            storage_name=f"{artifact_id.hex}.sealed",
            wrapped_key=wrapped,
            key_version=version,
        )
        note_locations(self._row, enabled)
        self._pending = store_of(location).begin(self._row.storage_name)
        self._waiting = bytearray()
        self._writer: SealingWriter | None = None

    @property
    def size(self) -> int:
        """Bytes of plaintext so far."""
        return self._writer.plaintext_bytes if self._writer else len(self._waiting)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Seal the next bytes."""
        if self._writer is None:
            self._waiting += data
            if len(self._waiting) >= SAMPLE_BYTES:
                self._begin()
        else:
            self._writer.write(data)

    def finish(self) -> SealedUpload:
        """The complete upload, ready for a service."""
        small = bytes(self._waiting) if self._writer is None and len(self._waiting) <= _SMALL_BYTES else b""
        writer = self._writer or self._begin()
        writer.finish()
        digests = writer.digests
        self._row.sha256 = digests["sha256"]
        self._row.sha512 = digests.get("sha512", "")
        self._row.size = writer.plaintext_bytes
        self._row.codec = writer.header.codec.label
        self._row.stored_size = writer.stored_bytes
        return SealedUpload(self._pending, self._row, self._data_key, small)

    def _begin(self) -> SealingWriter:
        with memoryview(self._waiting)[:SAMPLE_BYTES] as sample:
            codec = choose_codec(self._options.codec, sample)
        self._writer = SealingWriter(
            self._pending,  # type: ignore[arg-type]  # the writer only ever calls write()
            data_key=self._data_key,
            data_key_id=self._row.pk,
            key_version=self._row.key_version,
            context=context_of(self._row.pk),
            algorithm=self._options.algorithm,
            codec=codec,
            level=self._options.level,
            digests=self._options.digests,
        )
        self._writer.write(self._waiting)
        self._waiting = bytearray()
        return self._writer

    def discard(self) -> None:
        """Remove what was sealed so far."""
        self._pending.discard()


@contextmanager
def sealed_upload(
    source: BinaryIO | Iterable[bytes], file_name: str, locations: Sequence[StorageLocation] = ()
) -> Iterator[SealedUpload]:
    """Seal what ``source`` gives; removed at the end unless a service adopted it. ``locations`` as of `Sealing`."""
    pieces = iter(lambda: source.read(PIECE_BYTES), b"") if hasattr(source, "read") else source
    sealing = Sealing(file_name, locations=locations)
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
