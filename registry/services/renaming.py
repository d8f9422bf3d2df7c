"""Giving a model another name."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict
from modelops.lib.names import validate_name
from registry.audit_events import MODEL_RENAMED
from registry.models import RegisteredModel, RetiredName

from .retired import refuse_retired, taken


@transaction.atomic
def rename_model(model: RegisteredModel, name: str, *, actor: Actor) -> RegisteredModel:
    """Give ``model`` another name; versions, aliases, tags and who has access go with it.

    The old name is not given out again: API keys, reports and the ledger say it. A promotion that waits is outdated by
    it, since its approvers said yes to the old name. Raises Invalid for the name, Conflict when it is taken, retired
    or the model is deleted.
    """
    validate_name(name, "model")
    refuse_retired("model", name)
    row = RegisteredModel.objects.select_for_update().get(pk=model.pk)
    if row.is_deleted:
        raise Conflict(f"{row} is deleted. Restore it first.", code="model.deleted")
    before = row.name
    if before == name:
        return row
    row.name, row.changed_at = name, timezone.now()
    try:
        with transaction.atomic():
            row.save(update_fields=["name", "changed_at"])
    except IntegrityError:
        raise taken("model", name) from None
    RetiredName.objects.get_or_create(kind="model", name=before)
    record(MODEL_RENAMED, row, actor=actor, name=name, before=before)
    model.name, model.changed_at = name, row.changed_at
    return row
