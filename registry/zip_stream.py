"""A zip archive that is made while it is sent: nothing is stored, nothing is known before it is needed."""

import io
import zipfile
from collections.abc import Iterable, Iterator

# The same archive for the same files, whenever it is made: the earliest time that a zip can say.
_TIME = (1980, 1, 1, 0, 0, 0)


def zip_pieces(files: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    """The archive of the files by path, uncompressed, with zip64 records, in about the pieces that they come in."""
    out = _Outbox()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:  # type: ignore[arg-type]
        for path, pieces in files:
            entry = zipfile.ZipInfo(path, _TIME)
            entry.external_attr = 0o600 << 16
            with archive.open(entry, "w", force_zip64=True) as member:
                for piece in pieces:
                    member.write(piece)
                    yield from out.taken()
            yield from out.taken()
    yield from out.taken()


class _Outbox(io.RawIOBase):
    """What was written and not yet taken. It cannot be sought in, so sizes and checksums follow each file."""

    def __init__(self) -> None:
        super().__init__()
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        self._written.append(bytes(data))
        return len(data)

    def taken(self) -> Iterator[bytes]:
        """What has gathered, in the order it was written."""
        written, self._written = self._written, []
        yield from written
