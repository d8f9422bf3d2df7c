"""The rows of a file that was just made durable: the artifact, where it lies, and the copies that are to be made."""

import time
from collections.abc import Iterable
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from modelops.lib.fixed_inserts import insert
from modelops.lib.fixed_queries import FixedQuery
from modelops.lib.fixed_rows import unsaved
from registry.locations.models import StorageLocation
from registry.models import Artifact, ArtifactCopy, CopyState
from registry.replication.planning import plan_new

# What a file's sealing has found out about the locations holds for its rows, if they are written so soon.
_KNOWN_FOR_S: Final = 1.0


@FixedQuery
def _locations(reader: None, *, taken_by: str) -> "QuerySet[StorageLocation]":
    """The location that took a file, and all that are enabled."""
    return StorageLocation.objects.filter(Q(name=taken_by) | Q(is_enabled=True)).order_by("name")


def note_locations(artifact: Artifact, enabled: list[StorageLocation]) -> None:
    """Remember with an unsaved row the locations that were read when its file was begun."""
    artifact._locations_seen = time.monotonic(), enabled  # type: ignore[attr-defined]  # gone with the object


def insert_artifact(artifact: Artifact) -> list[ArtifactCopy]:
    """Save a new artifact, that its file lies in the location that took it, and that it shall lie in others.

    Inside the caller's transaction; the copies are made by a worker after it. Gives the rows of the copies.
    """
    [copies] = insert_artifacts([artifact])
    return copies


def insert_artifacts(artifacts: Iterable[Artifact]) -> list[list[ArtifactCopy]]:
    """The same for several, with the copies of each."""
    known: dict[str, list[StorageLocation]] = {}
    found = []
    for artifact in artifacts:
        if artifact.location not in known:
            known[artifact.location] = locations_seen(artifact) or _locations(None, taken_by=artifact.location)
        every = known[artifact.location]
        [location] = [each for each in every if each.name == artifact.location]
        stored = unsaved(
            ArtifactCopy,
            artifact=artifact,
            location=location,
            state=CopyState.STORED,
            stored_at=timezone.now(),
            attempts=1,
        )
        insert(artifact)
        insert(stored)
        found.append([stored, *plan_new(artifact, [each for each in every if each.pk != location.pk])])
    return found


def locations_seen(artifact: Artifact) -> list[StorageLocation]:
    """The enabled locations as they were read for an unsaved row a moment ago; none when it is longer ago."""
    at, locations = getattr(artifact, "_locations_seen", (0.0, []))
    return locations if time.monotonic() - at < _KNOWN_FOR_S else []
