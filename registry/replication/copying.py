"""Making one copy: sealed bytes from one store to another, never opened on the way.

A copy is claimed by a lease (`not_before`) and a fencing number (`attempts`). A worker that dies leaves a lease that
runs out; one that was only slow finds that its number is no longer the row's, and changes nothing.
"""

import hashlib
import logging
import random
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

from django.db import transaction
from django.db.models import Case, F, QuerySet, Value, When
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, DomainError, Unavailable
from modelops.lib.fixed_queries import FixedQuery
from registry.locations.audit_events import COPY_FAILED, COPY_STORED
from registry.locations.choose import store_of
from registry.locations.store import ArtifactStore, FileMissing, StorageUnavailable
from registry.models import Artifact, ArtifactCopy, CopyState

from .contact import lost, reached
from .marking import BAD
from .policy import wanted_locations

logger = logging.getLogger(__name__)
REPLICATOR = Actor.system("replication")
LEASE = timedelta(seconds=90)
_RENEW_EVERY_S = 10.0
PIECE_BYTES = 1 << 20
# Seconds before the second attempt; doubled each time, spread by half, and never more than an hour.
FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 3600.0
WAITING = (CopyState.PENDING, CopyState.FAILED)


class CopyLost(Exception):
    """Another attempt has taken the copy over, or its row is gone."""


class CopyDiffers(Unavailable):
    """What lies in the location is not what was sent."""

    code = "storage.copy_differs"


class _SourceFailed(Exception):
    """The copy that was read from gave out; another one may not."""


def due() -> QuerySet[ArtifactCopy]:
    """Copies that can be made now, the longest waiting first. A location that is down is asked again by its probe."""
    waiting = ArtifactCopy.objects.filter(state__in=WAITING, not_before__lte=timezone.now(), location__is_enabled=True)
    return waiting.exclude(location__is_up=False).order_by("not_before")


def bring_back() -> int:
    """Make due what waits for a time further ahead than any wait: the clock was set back. Returns how many."""
    now = timezone.now()
    ahead = ArtifactCopy.objects.filter(state__in=WAITING, not_before__gt=now + 2 * timedelta(seconds=LONGEST_WAIT_S))
    return ahead.update(not_before=now)


def make_copy(copy_id: uuid.UUID) -> bool:
    """Make one copy, if it is to be made and nobody else is at it; returns whether it is stored now.

    Safe to run twice, and to be killed anywhere.
    """
    copy = _claim(copy_id)
    if copy is None:
        return False
    if copy.location not in wanted_locations(copy.artifact):
        ArtifactCopy.objects.filter(pk=copy.pk, attempts=copy.attempts).delete()
        return False
    try:
        digest, size = _transfer(copy)
    except CopyLost:
        return False
    except DomainError as error:
        _failed(copy, error)
        return False
    return _stored(copy, digest, size)


def _claim(copy_id: uuid.UUID) -> ArtifactCopy | None:
    now = timezone.now()
    claimed = ArtifactCopy.objects.filter(pk=copy_id, state__in=WAITING, not_before__lte=now).update(
        not_before=now + LEASE, attempts=F("attempts") + 1
    )
    if not claimed:
        return None
    return ArtifactCopy.objects.select_related("artifact", "location__secret").filter(pk=copy_id).first()


def _transfer(copy: ArtifactCopy) -> tuple[str, int]:
    """Copy the bytes and read them back; digest and size of what lies there now. Raises DomainError or CopyLost."""
    renew = _renewal(copy)
    name = copy.artifact.storage_name
    target = store_of(copy.location)
    target.delete_pending(name)  # what an attempt left that died
    for source in sources(copy.artifact, besides=copy):
        try:
            digest, size = _send(source, target, name, renew)
        except _SourceFailed as error:
            logger.warning("The copy %s could not be read while it was copied: %s", source.pk, error)
            continue
        size_there = target.size(name)
        if size_there != size or _digest_there(target, name, renew) != digest:
            target.delete(name)
            raise CopyDiffers(
                f"{copy.location} gave back {size_there:,} other bytes than the {size:,} that were sent; they were "
                "removed and are sent again."
            )
        return digest, size
    raise FileMissing("No location has a sound copy of the file that could be copied. Restore it from a backup.")


def _send(source: ArtifactCopy, target: ArtifactStore, name: str, renew: Callable[[], None]) -> tuple[str, int]:
    """Digest and size of what was read from ``source``, which then lies in ``target``."""
    try:
        raw = store_of(source.location).open(name)
    except DomainError as error:
        raise _SourceFailed(error.code) from None

    def read(length: int) -> bytes:
        try:
            return raw.read(length)
        except (DomainError, OSError, EOFError) as error:
            raise _SourceFailed(type(error).__name__) from None

    with raw:
        pending = None
        try:
            pending = target.begin(name)
            found = _digest(read, renew, write=pending.write)
            pending.commit()
        except Conflict:
            # It is there: an attempt died between its last byte and its row. What lies there is compared.
            if pending is not None:
                pending.discard()
            raw.seek(0)
            return _digest(read, renew)
        except BaseException:
            if pending is not None:
                pending.discard()
            raise
    return found


def _digest_there(target: ArtifactStore, name: str, renew: Callable[[], None]) -> str:
    with target.open(name) as file:
        return _digest(file.read, renew)[0]


def _digest(
    read: Callable[[int], bytes], renew: Callable[[], None], write: Callable[[bytes], int] | None = None
) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while piece := read(PIECE_BYTES):
        digest.update(piece)
        size += len(piece)
        if write is not None:
            write(piece)
        renew()
    return digest.hexdigest(), size


def sources(
    artifact: Artifact, *, besides: ArtifactCopy | None = None, also_bad: bool = False
) -> Iterator[ArtifactCopy]:
    """Stored copies in the order in which to read them: reachable ones first, the primary location first of these.

    With ``also_bad`` those follow that were found missing or damaged: somebody may have brought the file back.
    """
    but_at = besides.location_id if besides is not None else uuid.UUID(int=0)
    yield from _sources(None, also_bad, artifact=artifact.pk, but_at=but_at)


@FixedQuery
def _sources(user: None, also_bad: bool, *, artifact: uuid.UUID, but_at: uuid.UUID) -> "QuerySet[ArtifactCopy]":
    """Every file that is opened asks for its copies."""
    states = [CopyState.STORED, *BAD] if also_bad else [CopyState.STORED]
    copies = ArtifactCopy.objects.filter(artifact=artifact, state__in=states).exclude(location_id=but_at)
    is_bad = Case(When(state=CopyState.STORED, then=Value(0)), default=Value(1))
    is_down = Case(When(location__is_up=False, then=Value(1)), default=Value(0))
    order = (is_bad, is_down, F("location__is_primary").desc(), F("location__is_enabled").desc(), "created_at")
    return copies.select_related("location__secret").order_by(*order)


def _renewal(copy: ArtifactCopy) -> Callable[[], None]:
    renewed = time.monotonic()

    def renew() -> None:
        nonlocal renewed
        if time.monotonic() - renewed < _RENEW_EVERY_S:
            return
        renewed = time.monotonic()
        mine = ArtifactCopy.objects.filter(pk=copy.pk, attempts=copy.attempts, state__in=WAITING)
        if not mine.update(not_before=timezone.now() + LEASE):
            raise CopyLost

    return renew


def _stored(copy: ArtifactCopy, digest: str, size: int) -> bool:
    with transaction.atomic():
        changed = ArtifactCopy.objects.filter(pk=copy.pk, attempts=copy.attempts, state__in=WAITING).update(
            state=CopyState.STORED, stored_at=timezone.now(), sealed_sha256=digest, last_error=""
        )
        if changed:
            record(
                COPY_STORED,
                copy.artifact,
                actor=REPLICATOR,
                location=copy.location.name,
                bytes=size,
                attempt=copy.attempts,
            )
            reached(copy.location)
            # It was repaired; whether it is sound is not known before it is read through again.
            repaired = Artifact.objects.filter(pk=copy.artifact_id, is_sound=False)
            repaired.exclude(copies__state__in=BAD).update(is_sound=None)
    if not changed and not ArtifactCopy.objects.filter(pk=copy.pk).exists():
        store_of(copy.location).delete(copy.artifact.storage_name)  # the file was purged meanwhile
    return bool(changed)


def _failed(copy: ArtifactCopy, error: DomainError) -> None:
    wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(copy.attempts - 1, 12)) * random.uniform(0.75, 1.25)  # noqa: S311
    with transaction.atomic():
        changed = ArtifactCopy.objects.filter(pk=copy.pk, attempts=copy.attempts, state__in=WAITING).update(
            state=CopyState.FAILED,
            not_before=timezone.now() + timedelta(seconds=wait_s),
            last_error=error.message[:300],
        )
        if changed:
            record(
                COPY_FAILED,
                copy.artifact,
                actor=REPLICATOR,
                outcome="failure",
                location=copy.location.name,
                attempt=copy.attempts,
                code=error.code,
            )
    if changed and isinstance(error, StorageUnavailable):
        lost(copy.location, error.message)
