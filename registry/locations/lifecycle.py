"""How long storage locations, and what was found in them, are kept."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from compliance.audit import Actor
from compliance.retention import Lifecycle, classes, keep

from .models import Reconciliation

keep(
    "locations.locations",
    "Storage locations",
    "Kept: copies of artifacts refer to them.",
    "locations.StorageLocation",
)
keep(
    "locations.foreign_files",
    "Files in a location that are no sealed artifacts",
    "Reported until the file is gone; the row goes with it.",
    "locations.ForeignFile",
)


@classes.register("locations.reconciliations")
class Reconciliations(Lifecycle):
    """What each nightly comparison of a location with its rows has counted."""

    label = "Comparisons of storage locations with their rows"
    rule = "Removed after 400 days."
    covers = frozenset({"locations.Reconciliation"})

    def due(self) -> int:
        return self._old().count()

    def remove(self, *, actor: Actor) -> int:
        return self._old().delete()[0]

    def _old(self) -> "QuerySet[Reconciliation]":
        return Reconciliation.objects.filter(started_at__lt=timezone.now() - timedelta(days=400))
