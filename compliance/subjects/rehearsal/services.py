"""Remembering what a drill has shown, and whether the next is due."""

import datetime as dt
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record

from ..erasure import outside
from ..models import DrillOutcome, ErasureDrill
from .audit_events import REHEARSAL_FAILED, REHEARSED
from .result import Rehearsed

DRILL_EVERY: Final = dt.timedelta(days=92)
"""A drill each quarter, as for the keys."""


@transaction.atomic
def record_drill(result: Rehearsed, *, actor: Actor) -> ErasureDrill:
    """Keep date and result of a drill, passed or failed."""
    row = ErasureDrill.objects.create(
        ran_at=timezone.now(),
        outcome=DrillOutcome.FAILED if result.code else DrillOutcome.PASSED,
        code=result.code,
        dump_sha256=result.dump_sha256,
        dump_ends_at=result.dump_ends_at,
        erasures=result.erasures,
        rows=result.rows,
        found=len(result.found),
        duration_s=result.duration_s,
    )
    said = {"erasures": result.erasures, "dump_sha256": result.dump_sha256}
    if result.code:
        record(REHEARSAL_FAILED, row, actor=actor, outcome="failure", code=result.code, found=row.found, **said)
    else:
        record(REHEARSED, row, actor=actor, rows=result.rows, **said)
    return row


def is_asked() -> bool:
    """Whether a drill has anything to show: in production, and wherever somebody was erased."""
    return bool(settings.PRODUCTION) or outside.is_used()


def due_words() -> tuple[bool, str]:
    """Whether a drill is due, and since when in words."""
    last = ErasureDrill.objects.first()
    if last is None:
        return True, "no drill was ever run"
    passed = ErasureDrill.objects.filter(outcome=DrillOutcome.PASSED).first()
    words = f"passed {passed.ran_at:%Y-%m-%d %H:%M} UTC" if passed else "never passed"
    if last.outcome == DrillOutcome.FAILED:
        return True, f"{words}, failed {last.ran_at:%Y-%m-%d %H:%M} UTC ({last.code})"
    return timezone.now() - last.ran_at > DRILL_EVERY, words
