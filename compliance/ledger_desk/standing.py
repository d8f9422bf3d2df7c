"""How the ledger stands, for pages and controls: what is sealed, signed, anchored and verified, and how late."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import connection
from django.utils import timezone

from compliance.audit.sealing.models import Anchoring, Checkpoint, Leaf, SealerState

from .models import Verification

# The sealer says each second that it is there; a restart takes some.
SILENT_AFTER: Final = timedelta(seconds=30)
# Rows wait for the sealer this long at most.
UNSEALED_AFTER: Final = timedelta(seconds=10)
# An idle ledger is signed hourly.
UNSIGNED_AFTER: Final = timedelta(minutes=70)
FULL_EVERY: Final = timedelta(hours=7)


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything as of ``now``."""

    now: datetime
    sealer: SealerState | None
    size: int
    oldest_unsealed: datetime | None
    checkpoint: Checkpoint | None
    anchors: list[Anchoring]
    newest: Verification | None
    full: Verification | None

    @property
    def is_silent(self) -> bool:
        return self.sealer is None or self.sealer.beat_at < self.now - SILENT_AFTER

    @property
    def is_behind(self) -> bool:
        return self.oldest_unsealed is not None and self.oldest_unsealed < self.now - UNSEALED_AFTER

    @property
    def waiting(self) -> list[Anchoring]:
        """The newest checkpoint's anchors that have not taken it."""
        return [row for row in self.anchors if row.state != "done"]


def standing() -> Standing:
    """Read it; a handful of indexed queries."""
    checkpoint = Checkpoint.objects.order_by("-id").first()
    last = Leaf.objects.order_by("-seq").values_list("seq", flat=True).first()
    return Standing(
        now=timezone.now(),
        sealer=SealerState.objects.first(),
        size=0 if last is None else last + 1,
        oldest_unsealed=_oldest_unsealed(),
        checkpoint=checkpoint,
        anchors=list(checkpoint.anchorings.order_by("anchor")) if checkpoint else [],
        newest=Verification.objects.order_by("-id").first(),
        full=Verification.objects.filter(is_full=True).order_by("-id").first(),
    )


def _oldest_unsealed() -> datetime | None:
    """Among the newest rows: older ones without a leaf are for the verification to find."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(e.recorded_at) FROM"
            " (SELECT id, recorded_at FROM audit_auditevent ORDER BY id DESC LIMIT 5000) e"
            " LEFT JOIN audit_sealing_leaf l ON l.event_id = e.id WHERE l.seq IS NULL"
        )
        (oldest,) = cursor.fetchone()
    return oldest
