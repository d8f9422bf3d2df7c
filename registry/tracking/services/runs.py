"""Starting, ending, deleting and restoring runs."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.fixed_inserts import insert
from registry.services.ownership import account_id
from registry.tracking.audit_events import RUN_CHANGED, RUN_DELETED, RUN_RESTORED, RUN_STARTED
from registry.tracking.models import Experiment, Run, RunStatus
from registry.tracking.run_names import make_run_name

NAME_TAG = "mlflow.runName"


@transaction.atomic
def start_run(experiment: Experiment, name: str, started_ms: int, tags: Mapping[str, str], *, actor: Actor) -> Run:
    """A new run of ``experiment``; without a name it gets one. Raises Invalid."""
    if experiment.deleted_at is not None:
        raise Invalid(
            f"The experiment {experiment.number} must be in the 'active' state. Current state is deleted.",
            code="experiment.deleted",
        )
    tagged = tags.get(NAME_TAG, "")
    if name and tagged and name != tagged:
        raise Invalid(
            f"Both 'run_name' argument and '{NAME_TAG}' tag are specified, but with different values. Send one name.",
            code="run.two_names",
            field="run_name",
        )
    name = (name or tagged or make_run_name())[:250]
    row = Run(
        experiment=experiment,
        name=name,
        started_ms=started_ms,
        tags={**tags, NAME_TAG: name},
        created_by_id=account_id(actor),
    )
    insert(row)
    record(RUN_STARTED, row, actor=actor, run=row.run_id, experiment=experiment.experiment_id)
    return row


@transaction.atomic
def change_run(run: Run, *, status: str = "", ended_ms: int | None = None, name: str = "", actor: Actor) -> Run:
    """Set what is given: how it stands, when it ended, its name. Raises Invalid for a deleted run."""
    row = active(run)
    if status:
        row.status = RunStatus(status)
    if ended_ms is not None:
        row.ended_ms = ended_ms
    if name:
        row.name = name[:250]
        row.tags[NAME_TAG] = row.name
    row.save(update_fields=["status", "ended_ms", "name", "tags"])
    changed = [word for word, given in (("state", status), ("end", ended_ms), ("name", name)) if given]
    record(RUN_CHANGED, row, actor=actor, run=row.run_id, what=", ".join(changed) or "nothing")
    return row


@transaction.atomic
def delete_run(run: Run, *, actor: Actor) -> None:
    """Hide it until it is restored; its files stay. A run that is deleted already stays so."""
    row = _locked(run)
    if row.deleted_at is None:
        row.deleted_at = timezone.now()
        row.save(update_fields=["deleted_at"])
    record(RUN_DELETED, row, actor=actor, run=row.run_id)


@transaction.atomic
def restore_run(run: Run, *, actor: Actor) -> None:
    """Show it again. Raises Conflict while its experiment is deleted."""
    row = _locked(run)
    if Experiment.objects.filter(pk=row.experiment_id, deleted_at__isnull=False).exists():
        raise Conflict(
            f"The experiment of run {row.run_id} is deleted. Restore the experiment first.", code="experiment.deleted"
        )
    row.deleted_at = None
    row.save(update_fields=["deleted_at"])
    record(RUN_RESTORED, row, actor=actor, run=row.run_id)


def active(run: Run, *, with_parameters: bool = False) -> Run:
    """The run, held by this transaction. Raises Invalid for a deleted one."""
    row = _locked(run, with_parameters=with_parameters)
    require_active(row)
    return row


def require_active(run: Run) -> None:
    """Raise Invalid for a deleted run."""
    if run.deleted_at is not None:
        raise Invalid(
            f"The run {run.run_id} must be in the 'active' state. Current state is deleted.", code="run.deleted"
        )


def _locked(run: Run, *, with_parameters: bool = False) -> Run:
    rows = Run.objects.select_for_update(of=("self",)).select_related("experiment", "created_by")
    row: Run = (rows.defer(None) if with_parameters else rows).get(pk=run.pk)
    return row
