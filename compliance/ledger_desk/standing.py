"""How the ledger stands, for its page and its controls: the sealing, and what verifications have shown."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from compliance.audit.sealing import standing as sealing
from compliance.audit.sealing.models import Checkpoint
from compliance.audit.sealing.standing import Standing as SealingStanding

from .models import Verification

# All rows are verified every six hours; later than this one was missed.
FULL_EVERY: Final = timedelta(hours=7)


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything as of ``now``."""

    now: datetime
    sealing: SealingStanding
    newest: Verification | None
    full: Verification | None
    signed_since: datetime | None

    @property
    def broken(self) -> Verification | None:
        """The latest verification that does not hold, of the newest one and the newest full one."""
        return next((row for row in (self.newest, self.full) if row is not None and not row.holds), None)

    @property
    def is_full_late(self) -> bool:
        """Whether a full verification is due for too long: since the last one, or since the first signed head."""
        since = self.full.ran_at if self.full is not None else self.signed_since
        return since is not None and since < self.now - FULL_EVERY


def standing() -> Standing:
    """Read it; a handful of small queries."""
    return Standing(
        now=timezone.now(),
        sealing=sealing.standing(),
        newest=Verification.objects.order_by("-id").first(),
        full=Verification.objects.filter(is_full=True).order_by("-id").first(),
        signed_since=Checkpoint.objects.order_by("id").values_list("signed_at", flat=True).first(),
    )
