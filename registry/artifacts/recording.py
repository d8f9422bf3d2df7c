"""The rows of a file that was just made durable: the artifact and where it lies."""

from django.utils import timezone

from registry.locations.models import StorageLocation
from registry.models import Artifact, ArtifactCopy, CopyState


def insert_artifact(artifact: Artifact) -> None:
    """Save a new artifact, and that its file lies in the location that took it. Inside the caller's transaction."""
    artifact.save(force_insert=True)
    location = StorageLocation.objects.get(name=artifact.location)
    ArtifactCopy.objects.create(
        artifact=artifact, location=location, state=CopyState.STORED, stored_at=timezone.now(), attempts=1
    )
