"""A copy that is not what it should be."""

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from registry.locations.audit_events import COPY_BAD
from registry.models import ArtifactCopy, CopyState

BAD = (CopyState.MISSING, CopyState.DAMAGED)


def mark_bad(copy: ArtifactCopy, state: CopyState, reason: str, *, actor: Actor) -> None:
    """Say that a stored copy is missing or damaged; nothing happens when that is known already."""
    with transaction.atomic():
        changed = ArtifactCopy.objects.filter(pk=copy.pk, state=CopyState.STORED).update(
            state=state, checked_at=timezone.now(), check_result=reason[:300]
        )
        if changed:
            record(
                COPY_BAD,
                copy.artifact,
                actor=actor,
                outcome="failure",
                location=copy.location.name,
                state=state.value,
            )
