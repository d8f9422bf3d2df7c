"""Which copies are still to be made. The rows are the queue; a task only rings the bell."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from modelops.jobs.calling import call_worker
from registry.locations.models import StorageLocation
from registry.models import Artifact, ArtifactCopy, CopyState


def plan_copies(artifacts: Iterable[Artifact], locations: Iterable[StorageLocation]) -> int:
    """Ask for a copy of each file in each location where there is none yet; returns how many rows were tried."""
    places = list(locations)
    rows = [ArtifactCopy(artifact=artifact, location=place) for artifact in artifacts for place in places]
    ArtifactCopy.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    return len(rows)


def plan_new(artifact: Artifact, taken_by: StorageLocation) -> None:
    """The copies of a file that was just stored, in the transaction of its row.

    Its model is not known yet, so every enabled location is asked for; what the model does not want is dropped when
    its turn comes. No upload waits for any of it.
    """
    others = list(StorageLocation.objects.filter(is_enabled=True).exclude(pk=taken_by.pk))
    if others:
        plan_copies([artifact], others)
        ring_after_commit()


def wake(location: StorageLocation) -> int:
    """Try every copy that waits for ``location`` now; returns how many."""
    waiting = ArtifactCopy.objects.filter(location=location, state__in=(CopyState.PENDING, CopyState.FAILED))
    now = timezone.now()
    # A copy that is being made has a lease, and is left to its maker.
    woken = waiting.filter(state=CopyState.FAILED, not_before__gt=now).update(not_before=now)
    ring_after_commit()
    return woken


def ring_after_commit() -> None:
    """Tell a worker that there is something to copy; when the broker is away the clock does."""
    transaction.on_commit(lambda: call_worker("registry.replicate"), robust=True)
