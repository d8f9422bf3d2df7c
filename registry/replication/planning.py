"""Which copies are still to be made. The rows are the queue; a task only rings the bell."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from modelops.jobs.calling import call_worker
from registry.locations.models import StorageLocation
from registry.models import Artifact, ArtifactCopy, CopyState


def plan_copies(artifacts: Iterable[Artifact], locations: Iterable[StorageLocation]) -> list[ArtifactCopy]:
    """Ask for a copy of each file in each location where there is none yet; returns the rows that were tried."""
    places = list(locations)
    rows = [ArtifactCopy(artifact=artifact, location=place) for artifact in artifacts for place in places]
    ArtifactCopy.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    return rows


def plan_new(artifact: Artifact, others: list[StorageLocation]) -> list[ArtifactCopy]:
    """The copies of a file that was just stored, in the transaction of its row; ``others`` are enabled locations.

    Its model is not known yet, so every enabled location is asked for; what the model does not want is dropped when
    its turn comes. No upload waits for any of it.
    """
    if not others:
        return []
    ring_after_commit()
    return plan_copies([artifact], others)


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
