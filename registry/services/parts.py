"""Several sealed files as one: the parts of a table travel into one uncompressed archive, decrypted in memory only."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from modelops.lib.errors import Invalid
from registry.artifacts.paths import check_paths
from registry.artifacts.sealed import PIECE_BYTES, SealedUpload, sealed_upload
from registry.uploads.sources import Sent
from registry.zip_stream import zip_pieces

Opening = Callable[[], SealedUpload]
ARCHIVE_NAME = "parts.zip"


@contextmanager
def joined(files: Iterable[tuple[str, Opening]]) -> Iterator[SealedUpload]:
    """One sealed archive of the files in the order of their paths. Raises Invalid for paths that cannot be used."""
    listed = sorted(files, key=lambda each: each[0])
    if not listed:
        raise Invalid("No file was sent. Choose the parts of the table.", code="file.missing", field="file")
    check_paths(path for path, _ in listed)
    with sealed_upload(zip_pieces((path, _pieces(opening)) for path, opening in listed), ARCHIVE_NAME) as upload:
        yield upload


@contextmanager
def whole(sent: Sent) -> Iterator[SealedUpload]:
    """What was sent as one file, also where it came as parts."""
    if sent.file is not None:
        yield sent.file
        return
    with joined(sent.files) as upload:
        yield upload


def _pieces(opening: Opening) -> Iterator[bytes]:
    upload = opening()
    try:
        with upload.open_plaintext() as file:
            while piece := file.read(PIECE_BYTES):
                yield piece
    finally:
        upload.close()
