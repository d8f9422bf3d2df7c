"""Bringing the copies that are already there into line with a new location or a new policy, with progress."""

import time
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from compliance.audit import Actor
from modelops import jobs
from registry.locations.models import StorageLocation
from registry.models import Artifact, ArtifactCopy, CopyState, RegisteredModel

from .copying import WAITING, due, make_copy
from .planning import plan_copies

JOB = "registry.backfill"
_AT_A_TIME = 500
# The job goes on as long as copies are made; what still fails then is tried again by the clock.
_IDLE_S = 3.0


@transaction.atomic
def enqueue_backfill(
    *, location: StorageLocation | None = None, model: RegisteredModel | None = None, actor: Actor
) -> Any:
    """Fill the gaps of one location, or of one model's versions; returns the job."""
    target = location or model
    payload = {"location": str(location.pk) if location else "", "model": str(model.pk) if model else ""}
    return jobs.enqueue(JOB, payload=payload, actor=actor, target=target)


def run_backfill(running: "jobs.RunningJob") -> None:
    """The job: first the rows, then the copies. Killed anywhere, it goes on where the rows say."""
    artifacts, places = _scope(running.payload)
    for place in places:
        while True:
            gap = artifacts.filter(~Exists(ArtifactCopy.objects.filter(artifact=OuterRef("pk"), location=place)))
            batch = list(gap.order_by("id")[:_AT_A_TIME])
            if not batch:
                break
            with transaction.atomic():
                plan_copies(batch, [place])
            running.progress(0, 0, f"{place}: {len(batch)} more copies to make")
    copies = ArtifactCopy.objects.filter(location__in=places, artifact__in=artifacts)
    total = copies.count()
    idle_since = None
    while True:
        waiting = copies.filter(state__in=WAITING)
        left = waiting.count()
        running.progress(total - left, max(total, 1), f"{total - left:,} of {total:,} copies")
        made = [make_copy(pk) for pk in due().filter(pk__in=waiting.values("pk")).values_list("pk", flat=True)[:20]]
        if not left:
            break
        if made:
            idle_since = None
        elif idle_since is None:
            idle_since = time.monotonic()
        elif time.monotonic() - idle_since > _IDLE_S:
            break
        else:
            time.sleep(0.2)
    left = copies.filter(state__in=WAITING).count()
    stored = copies.filter(state=CopyState.STORED).count()
    later = f"; {left:,} are tried again by the clock" if left else ""
    with running.completing(f"{stored:,} copies are stored{later}."):
        pass


def _scope(payload: dict[str, str]) -> tuple[QuerySet[Artifact], list[StorageLocation]]:
    enabled = StorageLocation.objects.filter(is_enabled=True)
    if payload.get("location"):
        return Artifact.objects.all(), list(enabled.filter(pk=payload["location"]))
    model = RegisteredModel._base_manager.get(pk=payload["model"])
    owned = Q(model_version__model=model) | Q(version_file__version__model=model) | Q(variant__version__model=model)
    named = model.replicate_to.values_list("pk", flat=True)
    places = enabled.filter(Q(pk__in=named) | Q(is_primary=True)) if named else enabled
    return Artifact.objects.filter(owned), list(places)
