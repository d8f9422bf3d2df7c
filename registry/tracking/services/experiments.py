"""Making, naming, describing, deleting and restoring experiments."""

import re
from collections.abc import Mapping

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid, NotFound
from registry.services.ownership import account_id
from registry.tracking.audit_events import (
    EXPERIMENT_CHANGED,
    EXPERIMENT_CREATED,
    EXPERIMENT_DELETED,
    EXPERIMENT_RESTORED,
)
from registry.tracking.models import DEFAULT_NUMBER, Experiment, Run

# Numbers are given out one after another: whoever makes an experiment waits for this.
_NUMBERING = 0x7472_6163_6B69


@transaction.atomic
def create_experiment(name: str, tags: Mapping[str, str], *, actor: Actor) -> Experiment:
    """A new experiment under a name that none has, deleted ones counted. Raises Invalid and Conflict."""
    _check_name(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBERING])
    _refuse_taken(name)
    last = Experiment.objects.aggregate(last=Max("number"))["last"] or DEFAULT_NUMBER
    row = Experiment(number=last + 1, name=name, tags=dict(tags), owner_id=account_id(actor))
    row.save(force_insert=True)
    record(EXPERIMENT_CREATED, row, actor=actor, experiment=row.experiment_id)
    return row


@transaction.atomic
def rename_experiment(experiment: Experiment, name: str, *, actor: Actor) -> Experiment:
    """Give it another name. Raises Invalid and Conflict."""
    _check_name(name)
    row = _active(experiment)
    if row.name != name:
        _refuse_taken(name)
    row.name, row.changed_at = name, timezone.now()
    row.save(update_fields=["name", "changed_at"])
    record(EXPERIMENT_CHANGED, row, actor=actor, experiment=row.experiment_id, what="the name")
    return row


@transaction.atomic
def tag_experiment(experiment: Experiment, key: str, value: str | None, *, actor: Actor) -> Experiment:
    """Set one tag, or take it away with None. Raises NotFound for one that is not there."""
    row = _active(experiment)
    if value is None and row.tags.pop(key, None) is None:
        raise NotFound(f"No tag with name: {key} in experiment with id {row.number}", code="tag.not_found")
    if value is not None:
        row.tags[key] = value
    row.changed_at = timezone.now()
    row.save(update_fields=["tags", "changed_at"])
    record(EXPERIMENT_CHANGED, row, actor=actor, experiment=row.experiment_id, what="a tag")
    return row


@transaction.atomic
def delete_experiment(experiment: Experiment, *, actor: Actor) -> None:
    """Hide it with its runs until it is restored. Raises Invalid for the one of runs that name none."""
    if experiment.number == DEFAULT_NUMBER:
        raise Invalid(
            "The experiment Default takes runs that name no other; it cannot be deleted. Delete its runs instead.",
            code="experiment.default",
        )
    row = _active(experiment)
    row.deleted_at = row.changed_at = timezone.now()
    row.save(update_fields=["deleted_at", "changed_at"])
    runs = Run.objects.filter(experiment=row, deleted_at=None).update(deleted_at=row.deleted_at)
    record(EXPERIMENT_DELETED, row, actor=actor, experiment=row.experiment_id, runs=runs)


@transaction.atomic
def restore_experiment(experiment: Experiment, *, actor: Actor) -> None:
    """Show it again with the runs that went with it. Raises Conflict for one that is not deleted."""
    row = Experiment.objects.select_for_update().get(pk=experiment.pk)
    if row.deleted_at is None:
        raise Conflict(
            f"The experiment {row.number} must be in the 'deleted' state. Current state is active.",
            code="experiment.not_deleted",
        )
    runs = Run.objects.filter(experiment=row, deleted_at=row.deleted_at).update(deleted_at=None)
    row.deleted_at, row.changed_at = None, timezone.now()
    row.save(update_fields=["deleted_at", "changed_at"])
    record(EXPERIMENT_RESTORED, row, actor=actor, experiment=row.experiment_id, runs=runs)


def _active(experiment: Experiment) -> Experiment:
    row = Experiment.objects.select_for_update().get(pk=experiment.pk)
    if row.deleted_at is not None:
        raise Invalid(
            f"The experiment {row.number} must be in the 'active' state. Current state is deleted.",
            code="experiment.deleted",
        )
    return row


def _check_name(name: str) -> None:
    if not name.strip():
        raise Invalid("Invalid experiment name: it is blank. Give it a name.", code="experiment.bad_name", field="name")
    if re.search(r"[\x00-\x1f\x7f]", name):
        raise Invalid(
            "Invalid experiment name: it holds control characters. Use a line of text.",
            code="experiment.bad_name",
            field="name",
        )


def _refuse_taken(name: str) -> None:
    found = Experiment.objects.filter(name=name).first()
    if found is not None:
        more = "" if found.deleted_at is None else " It is deleted: restore it, or use another name."
        raise Conflict(f"Experiment(name={name}) already exists.{more}", code="experiment.exists", field="name")
