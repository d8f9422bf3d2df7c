"""Training data past its date: archived, that is hidden and restorable for as long as the archive is kept, or deleted.

The sealed file stays where it is, so that one act brings a version back; the purge removes it at its own date.
"""

import datetime as dt

from django.db.models import QuerySet
from django.utils import timezone

from compliance.audit import Actor
from compliance.retention import Governed, classes
from modelops.lib.errors import Conflict

from . import deletion
from .models import DatasetVersion

ARCHIVED = "Archived: the period of the retention policy for training data is over."
_OVER = "Deleted: the period of the retention policy for training data is over."


@classes.register("registry.training_data")
class TrainingData(Governed):
    """Versions of datasets."""

    label = "Versions of datasets"
    rule = (
        "Archived when the policy's days after the upload are over: hidden, restorable, and removed at the end of the "
        "archive. A version that something points at stays."
    )
    policy = "training_data"
    covers = frozenset({"registry.DatasetVersion"})

    def due_after(self, days: int) -> int:
        return _over(days).count()

    def remove_after(self, days: int, action: str, archive_days: int | None, *, actor: Actor) -> int:
        done = 0
        until = timezone.now() + dt.timedelta(days=archive_days) if action == "archive" and archive_days else None
        for version in _over(days).order_by("created_at"):
            try:
                deletion.delete(version, ARCHIVED if until else _OVER, actor=actor, until=until)
            except Conflict:
                continue  # something needs it; it stays in the list of what is past its date
            done += 1
        return done


def _over(days: int) -> QuerySet[DatasetVersion]:
    rows = DatasetVersion.objects.select_related("dataset").filter(deleted_at=None, dataset__deleted_at=None)
    return rows.filter(created_at__lt=timezone.now() - dt.timedelta(days=days))
