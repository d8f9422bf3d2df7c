"""Comparing what a location holds with what the rows say, in both directions."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.crypto.stream.header import MAGIC
from modelops.lib.errors import DomainError
from registry.artifacts.naming import needed
from registry.artifacts.sweep import QUIET_FOR_S
from registry.locations.audit_events import LOCATION_RECONCILED
from registry.locations.choose import store_of
from registry.locations.models import ForeignFile, Reconciliation, StorageLocation
from registry.locations.store import ArtifactStore, FileMissing, StoredFile
from registry.models import Artifact, ArtifactCopy, CopyState

from .marking import BAD, mark_bad

logger = logging.getLogger(__name__)
_AT_A_TIME = 1000
_MOST_FOREIGN = 10_000
_ACTOR = Actor.system("reconciliation")
T = TypeVar("T")
Progress = Callable[[int, int, str], None]


def reconcile(
    location: StorageLocation, *, actor: Actor, progress: Progress | None = None, quiet_for_s: float = QUIET_FOR_S
) -> Reconciliation:
    """Compare a location with the rows and keep what was found; see `compare`."""
    run = compare(location, actor=actor, progress=progress, quiet_for_s=quiet_for_s)
    with transaction.atomic():
        keep(run, actor=actor)
    return run


def compare(
    location: StorageLocation, *, actor: Actor, progress: Progress | None = None, quiet_for_s: float = QUIET_FOR_S
) -> Reconciliation:
    """List the whole location and compare: files that no row names, rows whose file is not there, wrong sizes, and
    files that are not sealed. The row is not written yet. Safe to run twice and to be killed.

    Sealed files without a row are removed once they have been quiet for ``quiet_for_s``. What is not sealed is
    reported and never removed: it may be somebody's only copy, and how it came there must be found out. Raises
    StorageUnavailable; then nothing is concluded.
    """
    run = Reconciliation(location=location)
    store = store_of(location)
    before = Reconciliation.objects.filter(location=location, finished_at__isnull=False).first()
    trusted = before.started_at - timedelta(minutes=5) if before and location.kind != "filesystem" else None
    seen: set[bytes] = set()  # 16 bytes a file: a million files are some tens of MB
    for files in _batches(store.walk()):
        seen.update(bytes.fromhex(file.name[:32]) for file in files if not (file.is_pending or file.is_foreign))
        _compare(run, store, files, trusted, quiet_for_s)
        if progress is not None:
            progress(run.objects_found, 0, f"{run.objects_found:,} files read")
    _find_missing(run, store, seen, actor)
    return run


def keep(run: Reconciliation, *, actor: Actor) -> None:
    """Write what was found, once: inside the caller's transaction."""
    ForeignFile.objects.filter(location=run.location, last_seen_at__lt=run.started_at).delete()
    run.finished_at = timezone.now()
    run.save(force_insert=True)
    record(
        LOCATION_RECONCILED,
        run.location,
        actor=actor,
        outcome="failure" if run.missing or run.plaintext or run.wrong_size else "success",
        name=run.location.name,
        objects=run.objects_found,
        orphans=run.orphans,
        swept=run.swept,
        missing=run.missing,
        wrong_size=run.wrong_size,
        plaintext=run.plaintext,
    )


def _compare(
    run: Reconciliation, store: ArtifactStore, files: list[StoredFile], trusted: datetime | None, quiet_for_s: float
) -> None:
    finished = [file.name for file in files if not (file.is_pending or file.is_foreign)]
    named = needed(finished)
    rows = Artifact.objects.filter(storage_name__in=finished)
    sizes = dict(rows.values_list("storage_name", "stored_size"))
    copies = {
        copy.artifact.storage_name: copy
        for copy in ArtifactCopy.objects.filter(location=run.location, artifact__in=rows).select_related(
            "artifact", "location"
        )
    }
    for file in files:
        run.objects_found += 1
        run.bytes_found += file.size
        if file.is_pending:
            _unfinished(run, store, file, quiet_for_s)
        elif file.is_foreign or not _is_sealed(store, file, trusted):
            _foreign(run, file)
            if (copy := copies.get(file.name)) is not None:
                mark_bad(copy, CopyState.DAMAGED, "The file is not a sealed artifact.", actor=_ACTOR)
        elif file.name not in named:
            run.sealed += 1
            run.orphans += 1
            if file.age_s >= quiet_for_s:
                run.swept += 1
                store.delete(file.name)
        else:
            run.sealed += 1
            expected = sizes.get(file.name)
            if expected is not None and expected != file.size:
                run.wrong_size += 1
                if (copy := copies.get(file.name)) is not None:
                    reason = f"The file has {file.size:,} bytes; {expected:,} were stored."
                    mark_bad(copy, CopyState.DAMAGED, reason, actor=_ACTOR)


def _unfinished(run: Reconciliation, store: ArtifactStore, file: StoredFile, quiet_for_s: float) -> None:
    run.unfinished += 1
    if file.age_s >= max(quiet_for_s, QUIET_FOR_S):  # an upload touches its file; nobody is at work on an older one
        store.delete_pending(file.name)


def _is_sealed(store: ArtifactStore, file: StoredFile, trusted: datetime | None) -> bool:
    """Whether the file begins as a sealed one. A bucket dates its files itself: old ones were read before."""
    is_old = trusted is not None and timezone.now() - timedelta(seconds=file.age_s) < trusted
    if is_old and not ForeignFile.objects.filter(name=file.name).exists():
        return True
    try:
        return store.first_bytes(file, len(MAGIC)) == MAGIC
    except DomainError:  # removed since it was listed; the rows tell whether it is missed
        return True


def _foreign(run: Reconciliation, file: StoredFile) -> None:
    run.plaintext += 1
    if run.plaintext <= _MOST_FOREIGN:
        ForeignFile.objects.update_or_create(
            location=run.location,
            name=file.name[:400],
            defaults={"size": file.size, "last_seen_at": timezone.now()},
        )


def _find_missing(run: Reconciliation, store: ArtifactStore, seen: set[bytes], actor: Actor) -> None:
    """Rows whose file was not listed; each is asked for by name, for the listing may be older than the row."""
    stored = ArtifactCopy.objects.filter(
        location=run.location, state__in=[CopyState.STORED, *BAD], stored_at__lt=run.started_at
    ).select_related("artifact", "location")
    last = None
    while True:
        page = stored.order_by("pk") if last is None else stored.filter(pk__gt=last).order_by("pk")
        copies = list(page[:_AT_A_TIME])
        if not copies:
            return
        last = copies[-1].pk
        for copy in copies:
            name = copy.artifact.storage_name
            if bytes.fromhex(name[:32]) not in seen and _is_missing(store, name):
                run.missing += 1
                mark_bad(copy, CopyState.MISSING, "The location does not hold the file.", actor=actor)


def _is_missing(store: ArtifactStore, name: str) -> bool:
    try:
        store.size(name)
    except FileMissing:
        return True
    return False


def without_copy() -> int:
    """Artifacts that lie nowhere as far as the rows know."""
    stored = ArtifactCopy.objects.filter(artifact=OuterRef("pk"), state=CopyState.STORED)
    return Artifact.objects.filter(~Exists(stored)).count()


def _batches(files: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(files, _AT_A_TIME)):
        yield batch
