"""The file of a sealed dump: two lines that anybody can read, then the dump in the portal's own sealed format.

The first line names the format, the second is JSON: when it was made, and the data key wrapped for each recipient
(`modelops.crypto.escrow`). What follows is a sealed file (`modelops.crypto.stream`) whose context is the digest of both
lines, so that none of the three can be exchanged. The portal's machine holds no key that opens it.
"""

import hashlib
import io
import json
import uuid
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from modelops.crypto.errors import DecryptionFailed
from modelops.crypto.escrow import Identity, Recipient
from modelops.crypto.stream import SealedReader, SealingWriter
from modelops.lib.errors import Invalid

MAGIC: Final = b"modelops database dump 1\n"
_LONGEST_HEAD: Final = 64 << 10


class DumpUnreadable(Invalid):
    """The file is cut, changed, or no sealed dump; nothing of it is used."""

    code = "dump.unreadable"


@dataclass(frozen=True, slots=True)
class Opened:
    """A dump that is being read: ``pieces`` are checked one by one and raise DumpUnreadable at the first bad one."""

    made_at: datetime
    size: int
    pieces: Generator[bytes, None, None]


def is_sealed(path: Path) -> bool:
    """Whether the file begins as one of these. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def begin(raw: BinaryIO, recipients: Sequence[Recipient], data_key: bytes, made_at: datetime) -> SealingWriter:
    """Write both lines; what goes into the writer then is the dump. The file is sound only after its `finish`."""
    head = {
        "key_id": str(uuid.uuid4()),
        "made_at": made_at.isoformat(),
        "recipients": [{"fingerprint": one.fingerprint, "kind": one.kind, **one.wrap(data_key)} for one in recipients],
    }
    line = json.dumps(head, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    raw.write(MAGIC + line)
    return SealingWriter(
        raw, data_key=data_key, data_key_id=uuid.UUID(str(head["key_id"])), key_version=1, context=_context(line)
    )


def open_dump(path: Path, identity: Identity) -> Opened:
    """The dump in the file. A wrong key, a cut or an extended file is refused before anything is given.

    Raises DumpUnreadable, WrongIdentity.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise DumpUnreadable(f"{path} cannot be read: {error.strerror}.") from None
    try:
        head, line, start = _head(file, path)
        entry = next((one for one in head["recipients"] if one["fingerprint"] == identity.fingerprint), None)
        if entry is None:
            raise DumpUnreadable(
                f"{path} was made for other recipients than the identity {identity.fingerprint[:16]}.",
                code="backup.wrong_identity",
            )
        reader = SealedReader(_After(file, start), data_key=identity.unwrap(entry), context=_context(line))  # type: ignore[arg-type]
        return Opened(datetime.fromisoformat(head["made_at"]), reader.size, _checked(reader, path))
    except (DecryptionFailed, KeyError, TypeError, ValueError) as problem:
        file.close()
        raise DumpUnreadable(f"{path} is cut or was changed: {problem}") from None
    except Exception:
        file.close()
        raise


def _checked(reader: SealedReader, path: Path) -> Generator[bytes, None, None]:
    try:
        yield from reader.pieces()
    except DecryptionFailed as problem:
        raise DumpUnreadable(f"{path} was changed: {problem}") from None
    finally:
        reader.close()


def _head(file: BinaryIO, path: Path) -> tuple[dict[str, Any], bytes, int]:
    if file.read(len(MAGIC)) != MAGIC:
        raise DumpUnreadable(f"{path} is no sealed dump: it does not begin as one.")
    line = file.readline(_LONGEST_HEAD)
    head = json.loads(line)
    if not isinstance(head, dict) or not line.endswith(b"\n"):
        raise ValueError("its second line is not whole.")
    return head, line, len(MAGIC) + len(line)


def _context(line: bytes) -> bytes:
    return b"modelops.database_dump:" + hashlib.sha256(MAGIC + line).digest()


class _After(io.RawIOBase):
    """A file from ``start`` on, as if it began there."""

    def __init__(self, file: BinaryIO, start: int) -> None:
        super().__init__()
        self._file, self._start = file, start

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset + (self._start if whence == io.SEEK_SET else 0), whence) - self._start

    def readinto(self, buffer: Any) -> int:
        return self._file.readinto(buffer)  # type: ignore[attr-defined, no-any-return]

    def close(self) -> None:
        self._file.close()
        super().close()
