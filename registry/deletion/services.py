"""Deleting for a while and restoring."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid
from registry.models import Dataset, ModelVersion, RegisteredModel

from .events import DELETED, RESTORED, Row, named, parent_of
from .keeping import reason_to_keep

LONGEST_REASON = 300


def kept_for() -> dt.timedelta:
    """How long what is deleted can come back."""
    return dt.timedelta(days=settings.MODELOPS_DELETED_KEPT_DAYS)


@transaction.atomic
def delete(row: Row, reason: str, *, actor: Actor, until: dt.datetime | None = None) -> Row:
    """Hide ``row`` from lists, pages and downloads; it can be restored until its purge date.

    ``until`` is its purge date when that is not the usual one, as for what is archived.
    A model or dataset takes its versions along. Nothing of the stored file changes. Raises Invalid without a reason,
    Conflict when the row is deleted already or something needs it.
    """
    reason = " ".join(reason.replace("\x00", "").split())
    if not 0 < len(reason) <= LONGEST_REASON:
        raise Invalid(
            f"Say in 1 to {LONGEST_REASON} characters why it is deleted.",
            code="deletion.reason_missing",
            field="reason",
        )
    row = _locked(row)
    parent = parent_of(row)
    if row.is_deleted or (parent is not None and parent.is_deleted):
        raise Conflict(f"{row} is deleted already.", code="deletion.already")
    if needed := reason_to_keep(row):
        raise Conflict(f"{row} cannot be deleted: {needed}", code="deletion.needed")
    row.deleted_at = timezone.now()
    row.purge_after = until or row.deleted_at + kept_for()
    row.deletion_reason = reason
    row.save(update_fields=["deleted_at", "purge_after", "deletion_reason"])
    _touch(row)
    record(DELETED[type(row)], row, actor=actor, until=f"{row.purge_after:%Y-%m-%d}", **named(row))
    return row


@transaction.atomic
def restore(row: Row, *, actor: Actor) -> Row:
    """Bring a deleted row back as it was. Raises Conflict when it is not deleted, or its time is over."""
    row = _locked(row)
    parent = parent_of(row)
    if not row.is_deleted:
        if parent is not None and parent.is_deleted:
            raise Conflict(
                f"{row} is deleted with {parent}. Restore {parent}; its versions come back with it.",
                code="deletion.parent_deleted",
            )
        raise Conflict(f"{row} is not deleted.", code="deletion.not_deleted")
    if row.purge_after is not None and row.purge_after <= timezone.now():
        raise Conflict(
            f"{row} could be restored until {row.purge_after:%Y-%m-%d %H:%M} UTC and is being removed.",
            code="deletion.over",
        )
    row.deleted_at = row.purge_after = None
    row.deletion_reason = ""
    row.save(update_fields=["deleted_at", "purge_after", "deletion_reason"])
    _touch(row)
    record(RESTORED[type(row)], row, actor=actor, **named(row))
    return row


def _locked(row: Row) -> Row:
    """The row as it stands now, locked after its model or dataset: uploads take the same lock first."""
    parent = parent_of(row)
    if parent is not None:
        type(parent)._base_manager.select_for_update().get(pk=parent.pk)
    rows = type(row)._base_manager.select_for_update(of=("self",))
    if isinstance(row, ModelVersion):
        return rows.defer("parameters").select_related("model").get(pk=row.pk)
    if isinstance(row, RegisteredModel | Dataset):
        return rows.get(pk=row.pk)
    return rows.select_related("dataset").get(pk=row.pk)


def _touch(row: Row) -> None:
    model = row.model if isinstance(row, ModelVersion) else row
    if isinstance(model, RegisteredModel):
        RegisteredModel.objects.filter(pk=model.pk).update(changed_at=timezone.now())
