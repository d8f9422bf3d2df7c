"""Removing what no row names: uploads that were cut off, and files whose transaction never came to pass."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from modelops.crypto.stream.header import MAGIC
from modelops.lib.errors import Unavailable
from registry.locations.choose import store_of
from registry.locations.models import StorageLocation
from registry.locations.store import ArtifactStore, StoredFile

from .naming import needed

logger = logging.getLogger(__name__)

# A file is touched with every piece that arrives, and its row follows within seconds of the last: what has been quiet
# for an hour belongs to nobody.
QUIET_FOR_S = 3600.0
_AT_A_TIME = 1000


@dataclass(frozen=True, slots=True)
class Swept:
    """How many files were found, and removed unless only looked for."""

    unfinished: int
    orphans: int


def sweep(quiet_for_s: float = QUIET_FOR_S, *, remove: bool = True) -> Swept:
    """Remove unfinished and orphaned files that have not changed for ``quiet_for_s``; safe to run at any time.

    Without ``remove`` they are only counted. Folders of this machine and the primary location are looked through; the
    nightly comparison does the same for the others. What the portal did not name is left for that comparison.
    """
    unfinished = orphans = 0
    for location in StorageLocation.objects.filter(is_enabled=True).select_related("secret"):
        if location.is_primary or location.kind == "filesystem":
            try:
                store = store_of(location)
                found = _sweep(store, quiet_for_s, remove=remove)
            except Unavailable as error:
                logger.warning("The location %s was not swept: %s", location, error.code)
                continue
            unfinished += found.unfinished
            orphans += found.orphans
            if remove:
                _lay_out(location, store)
    if remove and (unfinished or orphans):
        logger.info("Removed %d unfinished and %d orphaned artifact files.", unfinished, orphans)
    return Swept(unfinished, orphans)


def _lay_out(location: StorageLocation, store: ArtifactStore) -> None:
    """It only saves work later: a folder that is full or cannot be written is swept all the same."""
    try:
        store.lay_out()
    except Unavailable as error:
        logger.warning("The folders of the location %s were not made: %s", location, error.code)


def _sweep(store: ArtifactStore, quiet_for_s: float, *, remove: bool) -> Swept:
    unfinished = orphans = 0
    quiet = (file for file in store.walk() if file.age_s >= quiet_for_s and not file.is_foreign)
    for files in _batches(quiet):
        finished = [file.name for file in files if not file.is_pending]
        named = needed(finished)
        for file in files:
            if file.is_pending:
                unfinished += 1
                if remove:
                    store.delete_pending(file.name)
            elif file.name not in named:
                orphans += 1
                # One that is not sealed was put there by somebody: it is reported, not removed.
                if remove and store.first_bytes(file, len(MAGIC)) == MAGIC:
                    store.delete(file.name)
    return Swept(unfinished, orphans)


def _batches(files: Iterator[StoredFile]) -> Iterator[list[StoredFile]]:
    while batch := list(islice(files, _AT_A_TIME)):
        yield batch
