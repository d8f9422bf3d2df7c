"""Every change of state of drift runs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from dataquality.services import account_of
from modelops import jobs
from modelops.lib.errors import Conflict, Invalid
from monitoring.drift.audit_events import RUN_COMPLETED, RUN_REQUESTED
from monitoring.drift.evaluation import Policy
from monitoring.models import DriftFeature, DriftRun
from monitoring.models.drift import DriftState
from monitoring.monitors.run_segments import store_segments
from registry.models import DatasetVersion, RegisteredModel

if TYPE_CHECKING:
    from monitoring.drift.comparison import Feature
    from monitoring.drift.segments import Part

JOB_KIND = "drift.run"
FEATURE_BATCH = 200


@transaction.atomic
def start_drift_run(
    reference: DatasetVersion, current: DatasetVersion, *, actor: Actor, policy: Policy | None = None
) -> DriftRun:
    """Ask for a comparison of two dataset versions; a worker does it after the commit.

    Raises Invalid for a version against itself, Unavailable when no worker could hear of it.
    """
    if reference.pk == current.pk:
        raise Invalid(
            f"{current} is named as reference and as current data. Name two different versions.",
            code="drift.same_version",
            field="current",
        )
    policy = policy or Policy()
    run = DriftRun(
        reference=reference,
        current=current,
        requested_by_id=account_of(actor),
        alpha=policy.alpha,
        minimum_effect=policy.minimum_effect,
    )
    run.save()
    run.job = jobs.enqueue(
        JOB_KIND, payload={"run": str(run.pk)}, actor=actor, target=run, total=max(reference.columns, current.columns)
    )
    run.save(update_fields=["job"])
    record(RUN_REQUESTED, run, actor=actor, reference=str(reference), current=str(current))
    return run


@transaction.atomic
def start_pushed_run(
    reference: DatasetVersion, batch_id: UUID, name: str, model: RegisteredModel, *, actor: Actor, policy: Policy
) -> DriftRun:
    """Ask for a comparison of the sketch in a batch with a reference; ``name`` is what people call it.

    Raises Unavailable when no worker could hear of it.
    """
    run = DriftRun(
        reference=reference,
        pushed_batch=batch_id,
        pushed_name=name[:300],
        pushed_for=model,
        requested_by_id=account_of(actor),
        alpha=policy.alpha,
        minimum_effect=policy.minimum_effect,
    )
    run.save(force_insert=True)
    run.job = jobs.enqueue(JOB_KIND, payload={"run": str(run.pk)}, actor=actor, target=run, total=reference.columns)
    run.save(update_fields=["job"])
    record(RUN_REQUESTED, run, actor=actor, reference=str(reference), current=run.current_name)
    return run


def store_features(
    run: DriftRun, features: "Sequence[Feature]", *, policy: Policy, actor: Actor, parts: "Sequence[Part]" = ()
) -> DriftRun:
    """Write what a run measured and decided, ``parts`` of it included, in the transaction that completes its job.

    Raises Conflict for a run that has ended.
    """
    run = (
        DriftRun.objects.select_for_update(of=("self",))
        .select_related("reference__dataset", "current__dataset")
        .get(pk=run.pk)
    )
    if run.state != DriftState.QUEUED:
        raise Conflict("The run has ended already; start a new one.", code="drift_run.finished")
    rows = [_row(run, position, feature, policy) for position, feature in enumerate(features)]
    DriftFeature.objects.bulk_create(rows, batch_size=FEATURE_BATCH)
    run.features_compared = sum(row.is_compared for row in rows)
    run.features_drifted = sum(row.drifted for row in rows)
    whole = policy.run_drifted({row.name: row.drifted for row in rows if row.is_compared})
    run.drifted = store_segments(run, parts, policy) or whole
    run.state = DriftState.SUCCEEDED
    run.finished_at = timezone.now()
    run.save(update_fields=["features_compared", "features_drifted", "drifted", "state", "finished_at"])
    record(
        RUN_COMPLETED,
        run,
        actor=actor,
        reference=str(run.reference),
        current=run.current_name,
        drifted=run.features_drifted,
        compared=run.features_compared,
    )
    return run


def mark_failed(job: Any, message: str) -> None:
    """Let a run share the fate of its job; runs in the transaction that marks the job as failed."""
    DriftRun.objects.filter(pk=job.payload["run"], state=DriftState.QUEUED).update(
        state=DriftState.FAILED, failure=message[:500], finished_at=timezone.now()
    )


def _row(run: DriftRun, position: int, feature: "Feature", policy: Policy) -> DriftFeature:
    row = DriftFeature(run=run, position=position, name=feature.name, reason=feature.reason)
    if feature.drift is not None and feature.verdict is not None:
        row.drifted = feature.verdict.drifted
        row.statistic = feature.drift.statistic
        row.p_value = feature.drift.p_value
        row.adjusted_p_value = feature.verdict.adjusted_p_value
        row.sign = feature.drift.sign
        row.is_significant = feature.verdict.is_significant
        row.is_large_enough = feature.verdict.is_large_enough
        row.n_reference, row.n_current = feature.drift.n_reference, feature.drift.n_current
        row.dropped_reference, row.dropped_current = feature.drift.dropped_reference, feature.drift.dropped_current
        row.importance = policy.importance_of(feature.name)
        row.method = feature.method
        row.measures = dict(feature.measures)
        row.profile = dict(feature.profile or {})
    return row
