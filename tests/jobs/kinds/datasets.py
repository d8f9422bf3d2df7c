"""Jobs about the contents of datasets."""

from pathlib import Path

from django.conf import settings
from django.db import transaction

from accounts.actors import actor_of
from compliance.audit.models import AuditEvent
from dataquality.models import QualityIssue, QualityRun
from dataquality.services import start_quality_run
from modelops.jobs.models import Job
from monitoring.drift.services import start_drift_run
from monitoring.models import DriftFeature, DriftRun
from monitoring.monitors.models import ProfileColumn, ReferenceProfile
from monitoring.monitors.profiles import want_profile
from registry.models import Dataset, DatasetVersion
from registry.services import create_dataset
from registry.sources.importing import ask_for_import
from registry.sources.models import DataImport, DataSource
from registry.sources.services import add_source
from registry.uploads.models import UploadPart
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


def _import(world: World) -> Asked:
    """An object of a folder, read as one more version."""
    place = Path(settings.MODELOPS_HOME) / "locations" / "lake"
    source = DataSource.objects.filter(name="lake").first()
    if source is None:
        place.mkdir(parents=True, exist_ok=True)
        roles = world.scientist.groups.all()
        source = add_source("lake", "filesystem", {"folder": str(place)}, roles=roles, actor=ACTOR)
        # Once: an object that changes while an import of it waits is refused.
        (place / "table.csv").write_bytes(b"a,b\n" + b"1,2\n" * 5000)
    actor = actor_of(world.scientist)
    dataset = Dataset.objects.filter(name="imported").first() or create_dataset("imported", actor=ACTOR)
    row = ask_for_import(dataset, source, "table.csv", user=world.scientist, actor=actor)
    assert row.job_id is not None
    return row.job_id, None


def _stray_imports() -> int:
    """Versions that no import tells of, and uploads that are left."""
    told = DataImport.objects.filter(state="succeeded").values("version")
    stray = DatasetVersion.objects.filter(dataset__name="imported").exclude(pk__in=told)
    return stray.count() + UploadPart.objects.count()


CASES = {
    "datasets.import": Case(
        _import,
        "sources.import.done",
        lambda world: DataImport.objects.filter(state="succeeded", version__rows=5000).count(),
        _stray_imports,
    ),
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
