"""Locations work, copies are where they must be, and what lies there is sealed."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone

from modelops.lib.posture import Finding, Outcome, control
from registry.models import ArtifactCopy, CopyState
from registry.named_in_posture import called, page_of
from registry.replication.figures import encryption_figures, last_runs, under_replicated

from .environment import foreign_bucket
from .models import ForeignFile, StorageLocation

# A copy that has waited longer than this, or failed so often, is worth somebody's look.
LATE = timedelta(minutes=15)
MANY_ATTEMPTS = 3
UNSEEN = timedelta(days=3)


def _url() -> str:
    return reverse("admin:locations_storagelocation_changelist")


@control(
    "storage.locations",
    area="Storage",
    label="Every enabled storage location answers",
    fix="Test the connection of the location; what it misses is copied when it is back.",
)
def locations_answer() -> Outcome:
    """One finding for each location that does not, or whose bucket belongs to another environment."""
    enabled = list(StorageLocation.objects.filter(is_enabled=True))
    down = [location for location in enabled if location.is_up is False]
    findings = [
        Finding(
            f"down:{location.pk}",
            f"The storage location {location} does not answer",
            f"{location.probe_result} Copies that it misses are made by themselves when it is back.",
            "critical" if location.is_primary else "high",
        )
        for location in down
    ]
    for location in enabled:
        if wrong := foreign_bucket(location.kind, location.options):
            fix = "Use a bucket of this environment, or correct MODELOPS_ENVIRONMENT_LABEL."
            findings.append(Finding(f"environment:{location.pk}", wrong, fix, "critical"))
    return Outcome(findings, len(enabled) - len(down), len(enabled), url=_url())


@control(
    "storage.replication",
    area="Storage",
    label="Copies are made in time, and are sound",
    fix="Test the connection of the location; damaged copies are repaired every night.",
)
def copies_are_made() -> Outcome:
    """One finding for each location with copies that are late, failed repeatedly, or are missing or damaged."""
    wanted = ArtifactCopy.objects.filter(location__is_enabled=True)
    waiting = wanted.filter(state__in=[CopyState.PENDING, CopyState.FAILED])
    late = waiting.filter(created_at__lt=timezone.now() - LATE) | waiting.filter(attempts__gte=MANY_ATTEMPTS)
    bad = wanted.filter(state__in=[CopyState.MISSING, CopyState.DAMAGED])
    findings = [
        Finding(
            f"late:{location}",
            f"{number} file(s) are not copied to {name} yet",
            "Test the connection of the location; the copies are tried again by themselves.",
            "high",
        )
        for location, name, number in _by_location(late)
    ]
    findings += [
        Finding(
            f"bad:{location}",
            f"{number} file(s) in {name} are missing or damaged",
            "They are repaired from another location every night, or at once on the page of the version.",
            "critical",
        )
        for location, name, number in _by_location(bad)
    ]
    total = wanted.count()
    held = wanted.filter(state=CopyState.STORED).count() if findings else total
    return Outcome(findings, held, total, url=_url())


def _by_location(copies: QuerySet[ArtifactCopy]) -> list[tuple[UUID, str, int]]:
    counted = copies.order_by().values("location", "location__name").annotate(number=Count("pk", distinct=True))
    return [(row["location"], row["location__name"], row["number"]) for row in counted.order_by("location__name")]


@control(
    "storage.min_replicas",
    area="Storage",
    label="Each version lies in as many places as its model asks for",
    fix="Add or enable a storage location, or ask for fewer copies on the page of the model.",
)
def enough_replicas() -> Outcome:
    """One finding for each of the first versions that do not."""
    number, first = under_replicated()
    findings = [
        Finding(
            f"version:{version.pk}",
            f"{called(version)} lies in {found} of at least {version.model.min_replicas} locations",
            "Add or enable a storage location, or ask for fewer copies on the page of the model.",
            "high",
            page_of(version),
        )
        for version, found in first
    ]
    return Outcome(findings, evidence=f"{number} version(s) lie in too few places." if number else "", url=_url())


@control(
    "storage.sealed",
    area="Encryption",
    label="Storage locations hold nothing but sealed files",
    fix="Find out how the foreign file came there and remove it.",
)
def nothing_in_clear() -> Outcome:
    """From the rows and what the last comparison of each location has found."""
    figures = encryption_figures()
    findings = [
        Finding(
            f"foreign:{file.pk}",
            f"The file {file.name[:120]} in {file.location} is not sealed",
            "Find out how it came there and remove it. The portal does not touch it.",
            "critical",
        )
        for file in ForeignFile.objects.select_related("location").order_by("pk")[:20]
    ]
    seen = last_runs()
    unseen = [
        location
        for location in StorageLocation.objects.filter(is_enabled=True, created_at__lt=timezone.now() - UNSEEN)
        if location.pk not in seen or seen[location.pk].started_at < timezone.now() - UNSEEN
    ]
    findings += [
        Finding(
            f"unseen:{location.pk}",
            f"The storage location {location} was not compared with the rows for three days",
            "Start the comparison on the page of the location, and see that worker and beat run.",
        )
        for location in unseen
    ]
    return Outcome(findings, figures.encrypted, figures.objects, f"{figures} files are encrypted.", _url())


def findings() -> list[Finding]:
    """Everything that storage has to say, for callers outside the posture page."""
    looks = (locations_answer, copies_are_made, enough_replicas, nothing_in_clear)
    return [finding for look in looks for finding in look().findings]
