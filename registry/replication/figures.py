"""Counts for pages: how full a location is, how complete replication is, and how much of what is stored is sealed."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from registry.locations.models import ForeignFile, Reconciliation, StorageLocation
from registry.models import Artifact, ArtifactCopy, CopyState, ModelVersion


def with_usage(locations: "QuerySet[StorageLocation]") -> "QuerySet[StorageLocation]":
    """Adds how many files are stored, with how many bytes, and how many wait, failed or are bad."""
    copies = ArtifactCopy.objects.filter(location=OuterRef("pk")).order_by().values("location")

    def number(condition: Q, what: Any) -> Coalesce:
        return Coalesce(Subquery(copies.filter(condition).annotate(found=what).values("found")), 0)

    stored = Q(state=CopyState.STORED)
    return locations.annotate(
        stored_files=number(stored, Count("pk")),
        stored_bytes=number(stored, Sum(Coalesce(F("artifact__stored_size"), F("artifact__size")))),
        waiting_files=number(Q(state__in=[CopyState.PENDING, CopyState.FAILED]), Count("pk")),
        bad_files=number(Q(state__in=[CopyState.MISSING, CopyState.DAMAGED]), Count("pk")),
    )


@dataclass(frozen=True)
class EncryptionFigures:
    """``encrypted`` of ``objects``: rows with a key, and of what the last comparison found, what is sealed."""

    objects: int
    encrypted: int
    plaintext: int

    def __str__(self) -> str:
        return f"{self.encrypted:,} of {self.objects:,}"


def encryption_figures() -> EncryptionFigures:
    """Artifacts, and files in the locations that the last comparison found not to be sealed.

    Each artifact's row names the key that its data key is wrapped by (the database refuses one without), so what could
    be in clear are files that somebody put there.
    """
    artifacts = Artifact.objects.count()
    plaintext = ForeignFile.objects.count()
    return EncryptionFigures(artifacts + plaintext, artifacts, plaintext)


def under_replicated(limit: int = 20) -> tuple[int, list[tuple[ModelVersion, int]]]:
    """How many versions lie in fewer locations than their model asks for, and the first of them with their copies."""
    stored = (
        ArtifactCopy.objects.filter(artifact=OuterRef("artifact"), state=CopyState.STORED)
        .order_by()
        .values("artifact")
        .annotate(found=Count("pk"))
        .values("found")
    )
    versions = (
        ModelVersion.objects.filter(model__min_replicas__gt=1)
        .annotate(found=Coalesce(Subquery(stored), 0))
        .filter(found__lt=F("model__min_replicas"))
    )
    first = versions.select_related("model").order_by("model__name", "number")[:limit]
    return versions.count(), [(version, version.found) for version in first]


def last_finished() -> "QuerySet[Reconciliation]":
    """The last finished comparison of each location."""
    runs = Reconciliation.objects.filter(finished_at__isnull=False)
    return runs.order_by("location_id", "-id").distinct("location_id")


def last_runs() -> dict[Any, Reconciliation]:
    """The last finished comparison of each location, by its id."""
    return {run.location_id: run for run in last_finished()}
