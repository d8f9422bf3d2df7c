"""Bringing checkpoints to their anchors: again and again until they are there, and telling when they are not."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from ..actor import Actor
from ..ledger import record
from .anchors import Anchor, AnchorFailed
from .audit_events import ANCHOR_FAILED, ANCHOR_RECOVERED
from .models import Anchoring, AnchoringState

LONGEST_PAUSE_S = 60
SEALER = Actor.system("sealer")


def deliver(anchors: Sequence[Anchor]) -> int:
    """Bring what is due to its anchor; how many arrived. A failure is recorded once, and so is its end."""
    arrived = 0
    known = {anchor.name: anchor for anchor in anchors}
    due = Anchoring.objects.filter(state=AnchoringState.PENDING, due_at__lte=timezone.now(), anchor__in=list(known))
    for one in due.select_related("checkpoint").order_by("id"):
        try:
            known[one.anchor].write(one.checkpoint.size, one.checkpoint.note)
        except AnchorFailed as problem:
            _failed(one, problem)
        else:
            _arrived(one)
            arrived += 1
    return arrived


@transaction.atomic
def _failed(one: Anchoring, problem: AnchorFailed) -> None:
    one.attempts += 1
    one.last_error = str(problem)[:300]
    one.due_at = timezone.now() + timedelta(seconds=min(2**one.attempts, LONGEST_PAUSE_S))
    one.save(update_fields=["attempts", "last_error", "due_at"])
    if one.attempts == 1:
        record(
            ANCHOR_FAILED,
            None,
            actor=SEALER,
            outcome="failure",
            anchor=one.anchor,
            size=one.checkpoint.size,
            code=problem.code,
        )


@transaction.atomic
def _arrived(one: Anchoring) -> None:
    one.state = AnchoringState.DONE
    one.anchored_at = timezone.now()
    one.save(update_fields=["state", "anchored_at"])
    if one.attempts:
        record(ANCHOR_RECOVERED, None, actor=SEALER, anchor=one.anchor, size=one.checkpoint.size)
