"""Applying the rules."""

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops import jobs
from modelops.lib.errors import Invalid

from .audit_events import RETENTION_APPLIED, RUN_ASKED, RUN_FINISHED
from .classes import classes
from .models import RetentionRun

JOB_KIND = "retention.apply"
CONFIRMATION = "REMOVE"


@dataclass(frozen=True)
class Applied:
    """What one class had to remove, and how much of it was removed."""

    key: str
    label: str
    rule: str
    due: int
    removed: int


def apply_retention(*, actor: Actor, execute: bool) -> list[Applied]:
    """Look at every data class and, with ``execute``, remove what is due and record it class by class."""
    run = RetentionRun(is_executed=execute, actor_kind=actor.kind, actor_ref=actor.ref)
    if execute:
        with transaction.atomic():
            run.save(force_insert=True)
            record(RUN_ASKED, run, actor=actor, kind=_kind(run))
    results = [apply_class(key, actor=actor, execute=execute, run_id=run.pk if execute else None)
               for key, _ in classes.items()]  # fmt: skip
    if execute:
        with transaction.atomic():
            finish(run.pk, actor=actor)
    return results


def apply_class(key: str, *, actor: Actor, execute: bool, run_id: uuid.UUID | None = None) -> Applied:
    """Look at one data class and, with ``execute``, remove what is due and record it.

    What is removed, its row in the ledger and its line in the run are there together or not at all.
    """
    cls = dict(classes.items())[key]
    handler = cls()
    with transaction.atomic():
        due = handler.due()
        removed = handler.remove(actor=actor) if execute and due else 0
        if execute and due:
            record(RETENTION_APPLIED, ("retention.class", key), actor=actor, data_class=key, removed=removed)
        if run_id is not None:
            _add_line(run_id, key, due, removed)
    return Applied(key, cls.label, cls.rule, due, removed)


def start_run(*, execute: bool, actor: Actor, confirmation: str = "") -> RetentionRun:
    """Have a worker look at every class, or remove what is due. Raises Invalid when a removal is not confirmed."""
    if execute and actor.kind != "system" and confirmation != CONFIRMATION:
        raise Invalid(
            f"Type {CONFIRMATION} to remove what is past its date; without it this is a dry run.",
            code="retention.not_confirmed",
            field="confirmation",
        )
    with transaction.atomic():
        run = RetentionRun(is_executed=execute, actor_kind=actor.kind, actor_ref=actor.ref)
        run.job = jobs.enqueue(
            JOB_KIND, payload={"run": str(run.pk)}, actor=actor, target=run, total=len(classes.keys())
        )
        run.save(force_insert=True)
        record(RUN_ASKED, run, actor=actor, kind=_kind(run))
    return run


def do_run(job: jobs.RunningJob) -> None:
    """Go through the classes; a second attempt goes on after the last one that was finished."""
    run = RetentionRun.objects.get(pk=job.payload["run"])
    keys = classes.keys()
    for done, key in enumerate(keys):
        if key not in run.lines:
            apply_class(key, actor=job.actor, execute=run.is_executed, run_id=run.pk)
        job.progress(done + 1, len(keys), key)
    with job.completing("Removed." if run.is_executed else "Nothing was removed: this was a dry run."):
        finish(run.pk, actor=job.actor)


def finish(run_id: uuid.UUID, *, actor: Actor) -> None:
    """Close the run, in the caller's transaction."""
    run = RetentionRun.objects.select_for_update().get(pk=run_id)
    run.finished_at = timezone.now()
    run.save(update_fields=["finished_at"])
    record(RUN_FINISHED, run, actor=actor, kind=_kind(run), due=run.due, removed=run.removed)


def _add_line(run_id: uuid.UUID, key: str, due: int, removed: int) -> None:
    run = RetentionRun.objects.select_for_update().get(pk=run_id)
    run.lines[key] = {"due": due, "removed": removed}
    run.save(update_fields=["lines"])


def _kind(run: RetentionRun) -> str:
    return "removal" if run.is_executed else "dry run"
