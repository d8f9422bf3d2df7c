"""Opening a file wherever a sound copy is: the primary location first, then the others."""

import logging
from collections.abc import Callable
from typing import BinaryIO, TypeVar

from django.db import transaction

from compliance.audit import record
from modelops.crypto.errors import DecryptionFailed
from modelops.lib.errors import DomainError
from registry.locations.audit_events import READ_ELSEWHERE
from registry.locations.choose import store_of
from registry.locations.store import FileMissing, StorageUnavailable
from registry.models import Artifact, ArtifactCopy, CopyState

from .contact import lost
from .copying import REPLICATOR, sources
from .marking import mark_bad

logger = logging.getLogger(__name__)
T = TypeVar("T")


def open_copy(artifact: Artifact, opener: Callable[[BinaryIO], T]) -> T:
    """What ``opener`` makes of the sealed bytes of the first copy that is there and that it accepts.

    ``opener`` owns the reader from then on; one that raises DecryptionFailed has met a damaged copy, which is marked
    for repair. Each reading that had to go elsewhere is logged and recorded. Raises what the best copy raised when
    none is left: FileMissing, StorageUnavailable or DecryptionFailed.
    """
    first_error: DomainError | None = None
    skipped: ArtifactCopy | None = None
    for copy in sources(artifact, also_bad=True):
        raw = None
        try:
            raw = store_of(copy.location).open(artifact.storage_name)
            opened = opener(raw)
        except (FileMissing, StorageUnavailable, DecryptionFailed) as error:
            if raw is not None:
                raw.close()
            _note(copy, error)
            first_error, skipped = first_error or error, skipped or copy
            continue
        except BaseException:
            if raw is not None:
                raw.close()
            raise
        _tell(artifact, copy, skipped, first_error)
        return opened
    raise first_error or FileMissing(
        "No location holds a sound copy of the file. Repair it from another location, or restore it from a backup."
    )


def _note(copy: ArtifactCopy, error: DomainError) -> None:
    if isinstance(error, StorageUnavailable):
        lost(copy.location, error.message)
    elif isinstance(error, FileMissing):
        mark_bad(copy, CopyState.MISSING, error.message, actor=REPLICATOR)
    else:
        mark_bad(copy, CopyState.DAMAGED, error.message, actor=REPLICATOR)


def _tell(artifact: Artifact, used: ArtifactCopy, skipped: ArtifactCopy | None, error: DomainError | None) -> None:
    if skipped is None and used.location.is_primary:
        return
    primary = skipped.location.name if skipped is not None else artifact.location
    if primary == used.location.name:
        return
    code = error.code if error is not None else "storage.unavailable"
    logger.warning("A sealed file was read from %s because %s did not give it (%s).", used.location, primary, code)
    with transaction.atomic():
        record(READ_ELSEWHERE, artifact, actor=REPLICATOR, used=used.location.name, instead_of=primary, code=code)
