"""Jobs about the contents of datasets."""

from django.db import transaction

from compliance.audit.models import AuditEvent
from dataquality.models import QualityIssue, QualityRun
from dataquality.services import start_quality_run
from modelops.jobs.models import Job
from monitoring.drift.services import start_drift_run
from monitoring.models import DriftFeature, DriftRun
from monitoring.monitors.models import ProfileColumn, ReferenceProfile
from monitoring.monitors.profiles import want_profile
from tests.dataquality.datasets import ACTOR

from .world import Asked, Case, World


def _quality(world: World) -> Asked:
    run = start_quality_run(world.reference, actor=ACTOR)
    return run.job_id, str(run.pk)


def _stray_issues() -> int:
    return QualityIssue.objects.count() - sum(QualityRun.objects.values_list("issue_count", flat=True))


def _drift(world: World) -> Asked:
    run = start_drift_run(world.reference, world.current, actor=ACTOR)
    return run.job_id, str(run.pk)


def _profile(world: World) -> Asked | None:
    """One at a time: a reference that is being profiled is not profiled twice."""
    if Job.objects.filter(kind="drift.profile", state__in=["queued", "running"]).exists():
        return None
    ReferenceProfile.objects.all().delete()
    with transaction.atomic():
        job = want_profile(world.reference, actor=ACTOR)
    assert job is not None
    return job, str(world.reference.pk)


def _stray_columns() -> int:
    return ProfileColumn.objects.count() - 2 * ReferenceProfile.objects.count()


CASES = {
    "quality.run": Case(
        _quality,
        "dataquality.run.completed",
        lambda world: QualityRun.objects.filter(state="succeeded", issue_count__gt=0).count(),
        _stray_issues,
    ),
    "drift.run": Case(
        _drift,
        "monitoring.drift_run.completed",
        lambda world: DriftRun.objects.filter(state="succeeded", drifted=True).count(),
        lambda: DriftFeature.objects.count() - 2 * DriftRun.objects.count(),
    ),
    "drift.profile": Case(
        _profile,
        "monitors.profile.made",
        lambda world: AuditEvent.objects.filter(name="monitors.profile.made").count(),
        _stray_columns,
    ),
}
