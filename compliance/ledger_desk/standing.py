"""How the ledger stands, for its page and its controls: the sealing, and what verifications have shown."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from compliance.audit.sealing import standing as sealing
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

    @property
    def broken(self) -> Verification | None:
        """The latest verification that does not hold, of the newest one and the newest full one."""
        return next((row for row in (self.newest, self.full) if row is not None and not row.holds), None)

    @property
    def is_full_late(self) -> bool:
        return self.full is not None and self.full.ran_at < self.now - FULL_EVERY


def standing() -> Standing:
    """Read it; a handful of small queries."""
    return Standing(
        now=timezone.now(),
        sealing=sealing.standing(),
        newest=Verification.objects.order_by("-id").first(),
        full=Verification.objects.filter(is_full=True).order_by("-id").first(),
    )
