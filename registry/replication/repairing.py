"""Having a copy made again that is missing or damaged."""

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, DomainError, NotFound
from registry.artifacts.verification import verify_stream
from registry.locations.audit_events import COPY_REPAIRED
from registry.locations.choose import store_of
from registry.models import ArtifactCopy, CopyState, DatasetVersion, ModelVersion

from .copying import REPLICATOR, sources
from .marking import BAD, mark_bad
from .planning import ring_after_commit
from .verifying import copies_of, files_of


def repair_copy(copy: ArtifactCopy, *, actor: Actor) -> None:
    """Have a missing, damaged or failed copy made anew from a sound one; a worker does it at once.

    Damaged bytes are removed only after another copy was read through and found sound. Raises Conflict
    (``copy.no_source``) when there is none, (``copy.sound``) when there is nothing to repair, StorageUnavailable.
    """
    copy = ArtifactCopy.objects.select_related("artifact", "location__secret").get(pk=copy.pk)
    if copy.state == CopyState.STORED:
        raise Conflict(
            f"The copy in {copy.location} is stored; there is nothing to repair. Verify it to be sure.",
            code="copy.sound",
        )
    if copy.state in BAD:
        _require_sound_source(copy)
        if copy.state == CopyState.DAMAGED:
            store_of(copy.location).delete(copy.artifact.storage_name)
    with transaction.atomic():
        ArtifactCopy.objects.filter(pk=copy.pk).exclude(state=CopyState.STORED).update(
            state=CopyState.PENDING, not_before=timezone.now(), last_error=""
        )
        record(COPY_REPAIRED, copy.artifact, actor=actor, location=copy.location.name, state=copy.state)
        ring_after_commit()


def _require_sound_source(copy: ArtifactCopy) -> None:
    for source in sources(copy.artifact, besides=copy):
        try:
            found = verify_stream(store_of(source.location).open(copy.artifact.storage_name), copy.artifact)
        except DomainError:
            continue
        if found.is_sound:
            return
        mark_bad(source, CopyState.DAMAGED, found.reason, actor=REPLICATOR)
    raise Conflict(
        f"No other location has a sound copy, so the one in {copy.location} cannot be repaired. Restore the file from "
        "a backup.",
        code="copy.no_source",
    )


def repair_all(*, actor: Actor, limit: int = 500) -> tuple[int, int]:
    """Repair what is missing or damaged; how many repairs were begun, and how many could not."""
    begun = refused = 0
    bad = ArtifactCopy.objects.filter(state__in=BAD, location__is_enabled=True).exclude(location__is_up=False)
    for copy in bad.order_by("checked_at")[:limit]:
        try:
            repair_copy(copy, actor=actor)
            begun += 1
        except DomainError:
            refused += 1
    return begun, refused


def repair_version(version: ModelVersion | DatasetVersion, location: str, *, actor: Actor) -> int:
    """Have every copy of the version in that location made again that is missing, damaged or failed; returns how many.

    Raises NotFound for a location that holds nothing of it, Conflict as `repair_copy`.
    """
    copies = [copy for copy in copies_of(files_of(version)) if copy.location.name == location]
    if not copies:
        raise NotFound(f"No copy of {version} is known in a location {location[:40]!r}.", code="copy.not_found")
    broken = [copy for copy in copies if copy.state != CopyState.STORED] or copies[:1]
    for copy in broken:
        repair_copy(copy, actor=actor)
    return len(broken)
