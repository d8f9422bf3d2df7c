"""A case for each kind of job: how it is asked for on real objects, and what each leaves exactly one of."""

import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Count
from safetensors.numpy import save

from accounts.actors import actor_of
from compliance.audit import Actor
from compliance.audit.models import AuditEvent
from compliance.keys import rotations
from compliance.keys.models import FINISHED, Rotation
from compliance.ledger_desk import verification
from compliance.ledger_desk.models import Verification
from compliance.retention import services as retention
from compliance.retention.models import RetentionRun
from compliance.subjects import services as subjects
from compliance.subjects.erasure import approving, planning
from compliance.subjects.models import ErasurePlan, ErasureStep, State, SubjectBundle, SubjectRequest
from dataquality.models import QualityIssue, QualityRun
from dataquality.services import start_quality_run
from modelops.crypto.decisions import by_shell
from modelops.crypto.models import KeyState, KeyVersion
from modelops.crypto.purposes import Purpose
from modelops.crypto.states import Reason
from modelops.jobs.models import Job
from monitoring.drift.services import start_drift_run
from monitoring.models import DriftFeature, DriftRun
from registry.artifacts.sealed import sealed_upload
from registry.locations.models import Reconciliation, StorageLocation
from registry.models import ArtifactCopy, DatasetVersion, ModelVersion
from registry.people.digests import digests_of
from registry.people.models import IndexedVersion, PersonRows, RowsErased
from registry.replication import backfill, changes, verifying
from registry.replication.tasks import enqueue_reconciliation
from registry.scanning.models import Inspection
from registry.services import add_dataset_version, add_version, create_dataset
from registry.variants import services as variants
from registry.variants.models import Variant, VariantState
from tests.accounts.people import make_user
from tests.compliance.cases import confirmed_case
from tests.dataquality.datasets import ACTOR, stored
from tests.registry.samples import harmful, make_model

# What the ledger row of a job is about, or None where each row is about a row of its own.
Asked = tuple[uuid.UUID, str | None]


@dataclass
class World:
    """Small real objects that jobs work on."""

    reference: DatasetVersion
    current: DatasetVersion
    place: StorageLocation
    scientist: Any
    model: Any
    passengers: Any
    travellers: Any
    people: int = 0
    filled: list[uuid.UUID] = field(default_factory=list)
    # What the scan of each of these files must say.
    scans: dict[uuid.UUID, str] = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path) -> "World":
        """The objects, in an empty portal."""
        scientist = make_user("scientist", "Data scientist")
        chance = np.random.default_rng(20261122)
        versions = [
            stored("flights", {"delay": [None, *chance.normal(mean, 1.0, 3000)], "day": [None, *range(3000)]})
            for mean in (0.0, 2.0)
        ]
        options = {"folder": str(Path(settings.MODELOPS_HOME) / "locations" / folder.name)}
        place = changes.add_location("second", "filesystem", options, actor=ACTOR)
        people = [create_dataset(name, actor=ACTOR) for name in ("passengers", "travellers")]
        return cls(versions[0], versions[1], place, scientist, make_model(scientist), *people)

    def version(self, content: bytes | None = None) -> ModelVersion:
        """One more version of the model, which the worker has yet to scan."""
        weights = {"w": np.arange(20_000, dtype="f4"), "ids": np.arange(7)}
        with sealed_upload([content or save(weights)], "model.safetensors") as upload:
            return add_version(self.model, upload, actor=actor_of(self.scientist))


@dataclass(frozen=True)
class Case:
    """``ask`` asks for one job, or for none while only one can be under way. ``event`` is the ledger row of its end.

    ``results`` counts what the jobs have left: one a job. ``wrong`` are rows that no killed attempt may leave.
    """

    ask: Callable[[World], Asked | None]
    event: str
    results: Callable[[World], int]
    wrong: Callable[[], Any] = lambda: 0


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
    from modelops.jobs.models import Job
    from monitoring.monitors.models import ReferenceProfile
    from monitoring.monitors.profiles import want_profile

    if Job.objects.filter(kind="drift.profile", state__in=["queued", "running"]).exists():
        return None
    ReferenceProfile.objects.all().delete()
    with transaction.atomic():
        job = want_profile(world.reference, actor=ACTOR)
    assert job is not None
    return job, str(world.reference.pk)


def _stray_columns() -> int:
    from monitoring.monitors.models import ProfileColumn, ReferenceProfile

    return ProfileColumn.objects.count() - 2 * ReferenceProfile.objects.count()


def _variant(world: World) -> Asked:
    version = world.version()
    variant = variants.ask_for_variant(version, "float16", actor=ACTOR)
    assert variant.job_id is not None
    return variant.job_id, str(version.pk)


def _verify(world: World) -> Asked:
    version = world.version()
    return verifying.enqueue_verification(version, actor=ACTOR).pk, str(version.pk)


def _backfill(world: World) -> Asked:
    """A file that the location lacks, as one that was stored before the location was added."""
    with transaction.atomic():
        artifact = world.version().artifact
        ArtifactCopy.objects.filter(artifact=artifact, location=world.place).delete()
        world.filled.append(artifact.pk)
        return backfill.enqueue_backfill(location=world.place, actor=ACTOR).pk, str(artifact.pk)


def _reconcile(world: World) -> Asked:
    with transaction.atomic():
        return enqueue_reconciliation(world.place, actor=ACTOR).pk, str(world.place.pk)  # type: ignore[attr-defined]


def _scan(world: World) -> Asked:
    """By turns of a file that is given out and of one that is held."""
    is_clean = len(world.scans) % 2 == 0
    version = world.version(None if is_clean else harmful())
    world.scans[version.artifact_id] = "clean" if is_clean else "held"
    job = Inspection.objects.get(artifact=version.artifact_id).job_id
    assert job is not None
    return job, str(version.pk)


def _scanned_right(world: World) -> int:
    found = Inspection.objects.filter(artifact__in=world.scans, is_pending=False, round=1)
    return sum(world.scans[artifact] == state for artifact, state in found.values_list("artifact", "state"))


def _not_one_verdict() -> int:
    """Files, of uploads and of variants, that have none or several; and those that still wait for theirs."""
    rows = Inspection.objects.annotate(given=Count("verdicts"))
    return rows.exclude(given=1, is_pending=False, round=1).count()


def scans() -> set[object]:
    """The jobs that files have made by themselves where they were stored: one for each."""
    return set(Inspection.objects.values_list("job_id", flat=True))


def _collect(world: World) -> Asked:
    world.people += 1
    request = subjects.collect(confirmed_case(email=f"passenger{world.people}@example.org"), actor=ACTOR)
    assert request.collection_job_id is not None
    return request.collection_job_id, str(request.pk)


def _index_people(world: World) -> Asked:
    world.people += 1
    content = f"who,n\npassenger{world.people}@example.org,1\nother@example.org,2\n".encode()
    with sealed_upload([content], "table.csv") as upload:
        version = add_dataset_version(world.passengers, upload, subject_column="who", actor=ACTOR)
    job = Job.objects.get(kind="people.index", target_id=str(version.pk))
    return job.pk, str(version.pk)


def _wrongly_indexed() -> int:
    """Versions that are done and do not have their two people."""
    mine = IndexedVersion.objects.filter(column="who").annotate(there=Count("rows_of__digest"))
    return mine.exclude(state="ready", there=2, people=2).count()


def _erase(world: World) -> Asked:
    """Somebody with an account and a row of a dataset, whose erasure two officers have agreed on."""
    world.people += 1
    address = f"passenger{world.people}@example.org"
    person = make_user(f"passenger{world.people}", "Viewer")
    type(person).objects.filter(pk=person.pk).update(email=address)
    content = f"person,n\n{address},1\nother@example.org,2\n".encode()
    with sealed_upload([content], "table.csv") as upload:
        version = add_dataset_version(world.travellers, upload, actor=ACTOR)
    # The index as its job would have made it: that has a case of its own.
    index = IndexedVersion.objects.create(version=version, column="person", state="ready", people=1)
    [digest] = digests_of([address])
    PersonRows.objects.create(digest=digest, source=index, rows=1)
    plan = planning.preview(confirmed_case("erasure", address), actor=ACTOR)
    approving.approve(plan, actor=Actor("user", "0194d0c0-0000-7000-8000-000000000002"))
    plan = approving.execute(plan, actor=ACTOR)
    assert plan.job_id is not None
    return plan.job_id, str(plan.request_id)


def _half_erased() -> int:
    """Plans without an end, parts that were not done, and certificates of what is still there."""
    there = RowsErased.objects.values("version").annotate(times=Count("id")).exclude(times=1).count()
    undone = ErasurePlan.objects.exclude(state="done").count() + ErasureStep.objects.filter(state="waiting").count()
    return there + undone + SubjectRequest.objects.exclude(email_index=None).filter(kind="erasure").count()


def _rotate(world: World) -> Asked | None:
    if Rotation.objects.exclude(state__in=FINISHED).exists():
        return None
    key = KeyVersion.objects.get(purpose=Purpose.ARTIFACT, state=KeyState.ACTIVE)
    rotation = rotations.rotate(key, decision=by_shell(Reason.DRILL))
    assert rotation.job_id is not None
    return rotation.job_id, str(rotation.pk)


def _ledger(world: World) -> Asked:
    return verification.ask_for_verification(actor=ACTOR).pk, None  # type: ignore[attr-defined]


def _retention(world: World) -> Asked:
    run = retention.start_run(execute=True, actor=ACTOR)
    assert run.job_id is not None
    return run.job_id, str(run.pk)


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
    "variants.derive": Case(
        _variant,
        "variants.variant.made",
        lambda world: Variant.objects.filter(state=VariantState.READY, artifact__isnull=False).count(),
    ),
    "registry.verify": Case(
        _verify,
        "registry.artifact.verified",
        lambda world: ModelVersion.objects.filter(artifact__is_sound=True).count(),
        lambda: ModelVersion.objects.filter(artifact__is_sound=False).count(),
    ),
    "registry.backfill": Case(
        _backfill,
        "locations.copy.stored",
        lambda world: (
            ArtifactCopy.objects.filter(artifact__in=world.filled, state="stored", location=world.place)
            .exclude(sealed_sha256="")
            .count()
        ),
    ),
    "registry.reconcile": Case(
        _reconcile,
        "locations.location.reconciled",
        lambda world: Reconciliation.objects.count(),
    ),
    "scanning.scan": Case(
        _scan,
        "scanning.scan.decided",
        _scanned_right,
        _not_one_verdict,
    ),
    "subjects.collect": Case(
        _collect,
        "subjects.bundle.collected",
        lambda world: SubjectBundle.objects.count(),
        lambda: SubjectRequest.objects.filter(kind="access").exclude(state=State.READY).count(),
    ),
    "people.index": Case(
        _index_people,
        "people.version.indexed",
        lambda world: IndexedVersion.objects.filter(column="who", state="ready").count(),
        _wrongly_indexed,
    ),
    "subjects.erase": Case(
        _erase,
        "subjects.erasure.completed",
        lambda world: ErasurePlan.objects.filter(state="done").exclude(certificate="").count(),
        _half_erased,
    ),
    "keys.rotate": Case(
        _rotate,
        "keys.rotation.finished",
        lambda world: Rotation.objects.filter(state="succeeded", failed=0).count(),
    ),
    "retention.apply": Case(
        _retention,
        "retention.run.finished",
        lambda world: RetentionRun.objects.exclude(finished_at=None).count(),
        lambda: RetentionRun.objects.filter(finished_at=None).count(),
    ),
    "ledger_desk.verify": Case(
        _ledger,
        "audit.ledger.verified",
        lambda world: Verification.objects.count(),
    ),
}


def told(kind: str, asked: list[Asked]) -> Counter[str]:
    """How many ledger rows of the end there are about each subject of the jobs."""
    rows = AuditEvent.objects.filter(name=CASES[kind].event)
    subjects_ = {subject for _, subject in asked}
    if None not in subjects_:
        rows = rows.filter(target_id__in=subjects_)
    return Counter(rows.values_list("target_id", flat=True))
