"""Every change of state of drift monitors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

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

from .audit_events import DRIFT_ACCEPTED, MONITOR_CREATED, POLICY_CHANGED
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


@transaction.atomic
def create_monitor(name: str, settings: Settings, *, policy: Policy, why: str, actor: Actor) -> DriftMonitor:
    """Set up a monitor with its first policy. Raises Invalid for unknown features, Conflict for a name in use."""
    known = settings.reference.column_names
    unknown = [feature for feature in [*settings.features, *policy.features] if feature not in known]
    if unknown:
        raise Invalid(
            f"{settings.reference} has no column {unknown[0]!r}. Its columns: {', '.join(known[:20])}.",
            code="monitor.unknown_feature",
            field="features",
        )
    monitor = DriftMonitor(
        name=name,
        reference=settings.reference,
        dataset=settings.dataset,
        model_version=settings.model_version,
        features=list(settings.features),
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


@transaction.atomic
def change_policy(monitor: DriftMonitor, policy: Policy, *, why: str, actor: Actor) -> MonitorPolicy:
    """Give the monitor another policy; what it would have called in the last runs is kept with it."""
    monitor = DriftMonitor.objects.select_for_update().get(pk=monitor.pk)
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
    found = newest and newest.run.features.filter(name=feature, drifted=True).first()
    if not found:
        raise Invalid(
            f"The feature {feature!r} has not drifted in the newest run of {monitor}. There is nothing to accept.",
            code="monitor.not_drifted",
            field="feature",
        )
    effect = max(found.statistic or 0.0, found.measures.get("nulls_difference", 0.0))
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


def policy_now(monitor: DriftMonitor) -> Policy:
    """The policy with what is accepted at the moment: an accepted feature has to move further to count."""
    policy = Policy.from_json(monitor.policy.policy)
    own = dict(policy.features)
    for accepted in monitor.accepted.filter(until__gt=timezone.now()):
        before = own.get(accepted.feature, FeaturePolicy())
        own[accepted.feature] = replace(before, minimum_effect=max(accepted.effect, policy.effect_of(accepted.feature)))
    return replace(policy, features=own)


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


def asked_of(run: DriftRun) -> dict[str, Any]:
    """What the monitor of a run asks for beside the two tables; nothing for a run without one."""
    monitored = MonitorRun.objects.filter(run=run).select_related("monitor").first()
    if monitored is None:
        return {"policy": Policy(alpha=run.alpha, minimum_effect=run.minimum_effect)}
    monitor = monitored.monitor
    return {
        "policy": Policy.from_json(monitored.policy),
        "features": monitor.features or None,
        "wasserstein": monitor.with_wasserstein,
    }
