"""The rows of a file that was just made durable: the artifact, where it lies, and the copies that are to be made."""

from django.utils import timezone

from registry.locations.models import StorageLocation
from registry.models import Artifact, ArtifactCopy, CopyState
from registry.replication.planning import plan_new


def insert_artifact(artifact: Artifact) -> None:
    """Save a new artifact, that its file lies in the location that took it, and that it shall lie in others.

    Inside the caller's transaction; the copies are made by a worker after it.
    """
    artifact.save(force_insert=True)
    location = StorageLocation.objects.get(name=artifact.location)
    ArtifactCopy.objects.create(
        artifact=artifact, location=location, state=CopyState.STORED, stored_at=timezone.now(), attempts=1
    )
    plan_new(artifact, location)
