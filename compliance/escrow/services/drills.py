"""Remembering what a drill has shown."""

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor
from compliance.audit.ledger import record
from compliance.escrow.audit_events import DRILL_FAILED, DRILL_PASSED
from compliance.escrow.drill.result import DrillResult
from compliance.escrow.models import DrillOutcome, RestoreDrill


@transaction.atomic
def record_drill(result: DrillResult, *, actor: Actor) -> RestoreDrill:
    """Keep date and result of a drill, passed or failed."""
    row = RestoreDrill.objects.create(
        ran_at=timezone.now(),
        outcome=DrillOutcome.FAILED if result.code else DrillOutcome.PASSED,
        code=result.code,
        backup_sha256=result.backup_sha256,
        backup_made_at=result.backup_made_at,
        dump_sha256=result.dump_sha256,
        dump_ends_at=result.dump_ends_at,
        keys_opened=result.keys_opened,
        values_opened=result.values_opened,
        samples=result.samples,
        duration_s=result.duration_s,
    )
    digests = {"backup_sha256": result.backup_sha256, "dump_sha256": result.dump_sha256}
    if result.code:
        record(DRILL_FAILED, row, actor=actor, outcome="failure", code=result.code, **digests)
    else:
        record(
            DRILL_PASSED,
            row,
            actor=actor,
            keys=result.keys_opened,
            values=result.values_opened,
            samples=len(result.samples),
            **digests,
        )
    return row
