"""Files that may not be deleted yet, because a location that holds them keeps a lock."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from modelops.lib.errors import Conflict
from registry.models import Artifact, ArtifactCopy


def locked_until(artifacts: Iterable[Artifact]) -> datetime | None:
    """The latest date before which one of the files must stay; None when all may go."""
    copies = ArtifactCopy.objects.filter(artifact__in=list(artifacts), location__lock_days__gt=0)
    ends = [
        stored_at + timedelta(days=days)
        for stored_at, days in copies.values_list("stored_at", "location__lock_days")
        if stored_at is not None
    ]
    latest = max(ends, default=None)
    return latest if latest is not None and latest > timezone.now() else None


def refuse_locked(artifacts: Iterable[Artifact]) -> None:
    """Raises Conflict (``storage.locked``) with the date before which the files must stay."""
    if (until := locked_until(artifacts)) is not None:
        raise Conflict(
            f"The stored file is locked until {until:%Y-%m-%d %H:%M} UTC by the location that holds it. Delete it "
            "after that date.",
            code="storage.locked",
        )
