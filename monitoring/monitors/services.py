"""Every change of state of drift monitors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from compliance.audit import Actor, record
from dataquality.services import account_of
from modelops.lib.errors import Conflict, Invalid
from monitoring.drift.evaluation import FeaturePolicy, Policy
from monitoring.drift.services import start_drift_run
from monitoring.models.drift import DriftRun
from registry.models import Dataset, DatasetVersion, ModelVersion

from .audit_events import DRIFT_ACCEPTED, MONITOR_CREATED, MONITOR_PAUSED, MONITOR_RESUMED, POLICY_CHANGED
from .back_test import back_test
from .models import AcceptedDrift, DriftMonitor, MonitorPolicy, MonitorRun, ReferenceProfile
from .profiles import LAYOUT, want_profile

SCHEDULER = Actor.system("monitoring")
LONGEST_ACCEPTANCE = timedelta(days=366)
MARGIN = 1.25  # accepted drift may grow by a quarter before it is told of again
AT_ONCE = 50


@dataclass(frozen=True)
class Settings:
    """What a monitor looks at, and how often."""

    reference: DatasetVersion
    dataset: Dataset
    model_version: ModelVersion | None = None
    features: Sequence[str] = ()
    with_wasserstein: bool = False
    every_s: int | None = None
    segments: Sequence[str] = ()


@transaction.atomic
def create_monitor(name: str, settings: Settings, *, policy: Policy, why: str, actor: Actor) -> DriftMonitor:
    """Set up a monitor with its first policy. Raises Invalid for unknown features, Conflict for a name in use."""
    _refuse_unknown(settings, policy)
    monitor = DriftMonitor(
        name=name,
        reference=settings.reference,
        dataset=settings.dataset,
        model_version=settings.model_version,
        features=list(settings.features),
        segments=list(settings.segments),
        with_wasserstein=settings.with_wasserstein,
        every_s=settings.every_s,
        next_due_at=timezone.now() if settings.every_s else None,
        owner_id=account_of(actor),
    )
    try:
        with transaction.atomic():
            monitor.save(force_insert=True)
    except IntegrityError:
        raise Conflict(
            f"There is a drift monitor {name!r} already. Choose another name.", code="monitor.exists", field="name"
        ) from None
    record(
        MONITOR_CREATED,
        monitor,
        actor=actor,
        name=name,
        dataset=settings.dataset.name,
        reference=str(settings.reference),
    )
    MonitorPolicy.objects.create(
        monitor=monitor, number=1, policy=policy.as_json(), why=why, changed_by_id=account_of(actor)
    )
    want_profile(settings.reference, actor=actor)
    return monitor


def _refuse_unknown(settings: Settings, policy: Policy) -> None:
    known = settings.reference.column_names
    for field, names in (("features", [*settings.features, *policy.features]), ("segments", settings.segments)):
        unknown = [name for name in names if name not in known]
        if unknown:
            raise Invalid(
                f"{settings.reference} has no column {unknown[0]!r}. Its columns: {', '.join(known[:20])}.",
                code="monitor.unknown_feature",
                field=field,
            )
    _refuse_foreign_segments(policy, settings.segments)


def _refuse_foreign_segments(policy: Policy, columns: Sequence[str]) -> None:
    foreign = [column for column in policy.segments if column not in columns]
    if foreign:
        raise Invalid(
            f"The policy says what differs in segments by {foreign[0]!r}, but the monitor makes none by that column. "
            f"It makes them by: {', '.join(columns) or 'no column'}.",
            code="monitor.unknown_segment",
            field="policy",
        )


@transaction.atomic
def change_policy(monitor: DriftMonitor, policy: Policy, *, why: str, actor: Actor) -> MonitorPolicy:
    """Give the monitor another policy; what it would have called in the last runs is kept with it."""
    monitor = DriftMonitor.objects.select_for_update().get(pk=monitor.pk)
    _refuse_foreign_segments(policy, monitor.segments)
    row = MonitorPolicy.objects.create(
        monitor=monitor,
        number=monitor.policy.number + 1,
        policy=policy.as_json(),
        why=why,
        back_test=back_test(monitor, policy),
        changed_by_id=account_of(actor),
    )
    record(
        POLICY_CHANGED,
        monitor,
        actor=actor,
        name=monitor.name,
        number=row.number,
        alpha=policy.alpha,
        minimum_effect=policy.minimum_effect,
    )
    return row


@transaction.atomic
def accept_drift(monitor: DriftMonitor, feature: str, *, why: str, until: datetime, actor: Actor) -> AcceptedDrift:
    """Stop telling of a feature's drift while it grows by no more than a quarter, until a day.

    Raises Invalid for a day that is past or more than a year ahead, and for a feature that has not drifted.
    """
    if not timezone.now() < until <= timezone.now() + LONGEST_ACCEPTANCE:
        raise Invalid(
            "Drift is accepted until a moment within the next 366 days. Name a later or an earlier one.",
            code="monitor.bad_expiry",
            field="until",
        )
    newest = monitor.runs.filter(run__state="succeeded").order_by("-id").first()
    effect = _drift_of(newest.run, feature) if newest else None
    if effect is None:
        raise Invalid(
            f"The feature {feature!r} has not drifted in the newest run of {monitor}. There is nothing to accept.",
            code="monitor.not_drifted",
            field="feature",
        )
    accepted = AcceptedDrift.objects.create(
        monitor=monitor,
        feature=feature,
        effect=min(effect * MARGIN, 1.0),
        why=why,
        owner_id=account_of(actor),
        until=until,
    )
    record(DRIFT_ACCEPTED, monitor, actor=actor, name=monitor.name, feature=feature, until=until.isoformat())
    return accepted


def _drift_of(run: DriftRun, feature: str) -> float | None:
    """The largest effect with which a feature drifted, in the whole or in a segment; None where it did not."""
    effects = [
        max(found.statistic or 0.0, found.measures.get("nulls_difference", 0.0))
        for found in run.features.filter(name=feature, drifted=True)
    ]
    for segment in run.segments.filter(reason=""):
        effects += [
            max(found["statistic"], found["nulls_difference"] or 0.0)
            for found in segment.moved
            if found["name"] == feature
        ]
    return max(effects, default=None)


def policy_now(monitor: DriftMonitor) -> Policy:
    """The policy with what is accepted at the moment: an accepted feature has to move further to count."""
    policy = Policy.from_json(monitor.policy.policy)
    own = dict(policy.features)
    for accepted in monitor.accepted.filter(until__gt=timezone.now()):
        before = own.get(accepted.feature, FeaturePolicy())
        own[accepted.feature] = replace(before, minimum_effect=max(accepted.effect, policy.effect_of(accepted.feature)))
    return replace(policy, features=own)


@transaction.atomic
def pause_monitor(monitor: DriftMonitor, *, actor: Actor) -> DriftMonitor:
    """Start no run by the clock until it is resumed; whoever asks for a run still gets one. Paused twice is paused."""
    monitor = DriftMonitor.objects.select_for_update().get(pk=monitor.pk)
    if monitor.is_enabled:
        monitor.is_enabled = False
        monitor.save(update_fields=["is_enabled"])
        record(MONITOR_PAUSED, monitor, actor=actor, name=monitor.name)
    return monitor


@transaction.atomic
def resume_monitor(monitor: DriftMonitor, *, actor: Actor) -> DriftMonitor:
    """Let the clock start runs again; what came meanwhile is compared at the next look."""
    monitor = DriftMonitor.objects.select_for_update().get(pk=monitor.pk)
    if not monitor.is_enabled:
        monitor.is_enabled = True
        monitor.save(update_fields=["is_enabled"])
        record(MONITOR_RESUMED, monitor, actor=actor, name=monitor.name)
    return monitor


@transaction.atomic
def run_monitor(monitor: DriftMonitor, *, actor: Actor) -> DriftRun:
    """Compare the newest version of the data with the reference. Raises Invalid where there is none but that."""
    current = _newest(monitor)
    if current is None:
        raise Invalid(
            f"{monitor.dataset.name} has no version besides the reference {monitor.reference}. Upload new data first.",
            code="monitor.no_new_data",
        )
    policy = policy_now(monitor)
    run = start_drift_run(monitor.reference, current, actor=actor, policy=policy)
    MonitorRun.objects.create(monitor=monitor, run=run, policy=policy.as_json())
    return run


def run_due() -> int:
    """Start the runs that are due, one for each monitor with data that it has not compared; returns how many."""
    _profile_those_without()
    started = 0
    due = DriftMonitor.objects.filter(is_enabled=True, next_due_at__lte=timezone.now()).order_by("next_due_at")
    for monitor in due.select_related("reference__dataset", "dataset")[:AT_ONCE]:
        with transaction.atomic():
            following = timezone.now() + timedelta(seconds=monitor.every_s or 60)
            claimed = DriftMonitor.objects.filter(pk=monitor.pk, next_due_at=monitor.next_due_at)
            if not claimed.update(next_due_at=following):
                continue  # another worker has it
            current = _newest(monitor)
            if current is None or monitor.runs.filter(run__current=current).exists():
                continue
            run_monitor(monitor, actor=SCHEDULER)
            started += 1
    return started


def _profile_those_without() -> None:
    """Ask for the profiles of references that have none in the present layout: those of before, for one."""
    made = ReferenceProfile.objects.filter(version=OuterRef("reference"), layout=LAYOUT)
    lacking = DriftMonitor.objects.filter(~Exists(made), is_enabled=True).select_related("reference__dataset")
    for monitor in lacking.order_by("id")[:AT_ONCE]:
        with transaction.atomic():
            want_profile(monitor.reference, actor=SCHEDULER)


def _newest(monitor: DriftMonitor) -> DatasetVersion | None:
    versions = monitor.dataset.versions.filter(deleted_at__isnull=True).exclude(pk=monitor.reference_id)
    newest: DatasetVersion | None = versions.order_by("-number").first()
    return newest


@dataclass(frozen=True)
class Asked:
    """What a run is to compare, and by which policy."""

    policy: Policy
    features: list[str] | None = None
    segments: Sequence[str] = ()
    wasserstein: bool = False


def asked_of(run: DriftRun) -> Asked:
    """What the monitor of a run asks for beside the two tables; only thresholds for a run without one."""
    monitored = MonitorRun.objects.filter(run=run).select_related("monitor").first()
    if monitored is None:
        return Asked(Policy(alpha=run.alpha, minimum_effect=run.minimum_effect))
    monitor = monitored.monitor
    policy = Policy.from_json(monitored.policy)
    return Asked(policy, monitor.features or None, monitor.segments, monitor.with_wasserstein)
