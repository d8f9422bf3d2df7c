"""The rows of a file that was just made durable: the artifact, where it lies, and the copies that are to be made."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from modelops.lib.fixed_inserts import insert
from modelops.lib.fixed_queries import FixedQuery
from registry.locations.models import StorageLocation
from registry.models import Artifact, ArtifactCopy, CopyState
from registry.replication.planning import plan_new


@FixedQuery
def _locations(reader: None, *, taken_by: str) -> "QuerySet[StorageLocation]":
    """The location that took a file, and all that are enabled."""
    return StorageLocation.objects.filter(Q(name=taken_by) | Q(is_enabled=True)).order_by("name")


def insert_artifact(artifact: Artifact) -> list[ArtifactCopy]:
    """Save a new artifact, that its file lies in the location that took it, and that it shall lie in others.

    Inside the caller's transaction; the copies are made by a worker after it. Gives the rows of the copies.
    """
    insert(artifact)
    every = _locations(None, taken_by=artifact.location)
    [location] = [each for each in every if each.name == artifact.location]
    stored = ArtifactCopy(
        artifact=artifact, location=location, state=CopyState.STORED, stored_at=timezone.now(), attempts=1
    )
    insert(stored)
    return [stored, *plan_new(artifact, [each for each in every if each.pk != location.pk])]
