"""Jobs about the files of versions: variants, checks, copies and scans."""

from django.db import transaction
from django.db.models import Count

from registry.locations.models import Reconciliation
from registry.models import ArtifactCopy, ModelVersion
from registry.replication import backfill, verifying
from registry.replication.tasks import enqueue_reconciliation
from registry.scanning.models import Inspection
from registry.variants import services as variants
from registry.variants.models import Variant, VariantState
from tests.dataquality.datasets import ACTOR
from tests.registry.samples import harmful

from .world import Asked, Case, World


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


CASES = {
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
}
