"""Files that may not be deleted yet, because a location that holds them keeps a lock."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from registry.deletion.events import Row
from registry.deletion.keeping import keeps
from registry.models import ArtifactCopy, Dataset, DatasetVersion, ModelVersion


def _files_of(row: Row) -> Q:
    if isinstance(row, ModelVersion):
        files = Q(artifact__model_version=row) | Q(artifact__version_file__version=row)
        return files | Q(artifact__variant__version=row)
    if isinstance(row, DatasetVersion):
        return Q(artifact__dataset_version=row)
    if isinstance(row, Dataset):
        return Q(artifact__dataset_version__dataset=row)
    files = Q(artifact__model_version__model=row) | Q(artifact__version_file__version__model=row)
    return files | Q(artifact__variant__version__model=row)


def locked_until(row: Row) -> datetime | None:
    """The date before which a file of ``row`` must stay; None when all may go."""
    copies = ArtifactCopy.objects.filter(_files_of(row), location__lock_days__gt=0, stored_at__isnull=False)
    newest = copies.order_by("location", "-stored_at").values_list("location__lock_days", "stored_at")
    latest = max((stored_at + timedelta(days=days) for days, stored_at in newest.iterator()), default=None)
    return latest if latest is not None and latest > timezone.now() else None


@keeps
def locked(row: Row) -> str:
    """The refusal names the date."""
    if (until := locked_until(row)) is None:
        return ""
    return (
        f"its stored file is locked until {until:%Y-%m-%d %H:%M} UTC by the location that holds it. Delete it after "
        "that date."
    )
