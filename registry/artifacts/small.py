"""A small file in its usual place: read and opened in memory as a whole, and checked before a byte is given.

Most files that a run logs are a few kB, and clients fetch them by the dozen: what a large file or one that has to be
looked for needs would cost several times what it takes to open one of these.
"""

import hashlib
import io
import uuid
from typing import Any, Final, NamedTuple

from modelops.crypto import envelope
from modelops.crypto.errors import DecryptionFailed
from modelops.crypto.purposes import Purpose
from modelops.crypto.stream import SealedReader
from registry.locations.choose import folder_store
from registry.locations.store import FileMissing, StorageUnavailable
from registry.models import CopyState

from .data_keys import context_of

MOST_BYTES: Final = 1 << 20
# What is sealed is longer by less than this; a file that was made longer does not open.
_MOST_READ: Final = MOST_BYTES + (64 << 10)


class SmallFile(NamedTuple):
    """A file with the copy that is read first: the one of the primary location, where that holds it."""

    artifact: uuid.UUID
    size: int
    sha256: str
    storage_name: str
    wrapped_key: bytes
    state: str | None
    kind: str | None
    options: dict[str, Any]
    is_primary: bool | None
    is_up: bool | None

    @property
    def is_usual(self) -> bool:
        """Whether nothing speaks against reading it at once: a stored copy in a folder that is there."""
        in_place = self.is_primary and self.is_up is not False and self.state == CopyState.STORED
        return bool(in_place) and self.kind == "filesystem" and self.size <= MOST_BYTES


def opened(file: SmallFile) -> bytes | None:
    """The plaintext; None for a file that is large, elsewhere, missing or damaged.

    `access.open_sealed` opens those, tells what is wrong with them and reads other copies. Raises KeysUnavailable and
    UnknownKey.
    """
    if not file.is_usual:
        return None
    context = context_of(file.artifact)
    try:
        data_key = envelope.unseal(file.wrapped_key, purpose=Purpose.ARTIFACT, context=context)
        sealed = folder_store(file.options).read(file.storage_name, _MOST_READ)
        with SealedReader(io.BytesIO(sealed), data_key=data_key, context=context) as reader:
            plain = reader.read()
    except (DecryptionFailed, FileMissing, StorageUnavailable):
        return None
    return plain if hashlib.sha256(plain).hexdigest() == file.sha256 else None
