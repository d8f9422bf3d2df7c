"""What a person asks workers to do in a storage location; the ledger has who asked."""

from typing import Any

from django.db import transaction

from compliance.audit import Actor, record
from registry.locations.audit_events import WORK_ASKED
from registry.locations.models import StorageLocation

from .backfill import enqueue_backfill
from .tasks import enqueue_reconciliation


@transaction.atomic
def ask_to_fill(location: StorageLocation, *, actor: Actor) -> Any:
    """Have every copy made that is missing there; returns the job."""
    record(WORK_ASKED, location, actor=actor, name=location.name, work="fill")
    return enqueue_backfill(location=location, actor=actor)


@transaction.atomic
def ask_to_compare(location: StorageLocation, *, actor: Actor) -> Any:
    """Have what lies there compared with the rows; returns the job."""
    record(WORK_ASKED, location, actor=actor, name=location.name, work="compare with the rows")
    return enqueue_reconciliation(location, actor=actor)
