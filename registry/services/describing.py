"""What a model or dataset is for, in its owner's words."""

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from registry.audit_events import DESCRIBED
from registry.models import Dataset, RegisteredModel


@transaction.atomic
def describe(row: RegisteredModel | Dataset, description: str, *, actor: Actor) -> None:
    """Replace the description; the ledger knows that it changed, not what it says."""
    if row.description == description:
        return
    row.description = description
    fields = ["description"]
    if isinstance(row, RegisteredModel):
        row.changed_at = timezone.now()
        fields.append("changed_at")
    row.save(update_fields=fields)
    record(DESCRIBED, row, actor=actor, name=row.name)
