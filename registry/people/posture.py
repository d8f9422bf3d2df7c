"""People in datasets can be found, and nobody who was erased is in one."""

from django.db.models import Exists, OuterRef
from django.utils import timezone

from modelops.lib.posture import Finding, Outcome, control

from .models import ExcludedPerson, IndexedVersion, IndexState, PersonRows

_SHOWN = 20


@control(
    "people.indexed",
    area="Privacy",
    label="People in datasets can be found",
    fix="See why the job failed; the index is tried again every quarter of an hour.",
)
def indexed() -> Outcome:
    """Each version with a subject column has its index."""
    total = IndexedVersion.objects.count()
    failed = IndexedVersion.objects.filter(state=IndexState.FAILED).select_related("version__dataset")
    findings = [
        Finding(
            f"unindexed:{index.version_id}",
            f"The people in {_name(index)} cannot be found",
            "See the failed job; the index is tried again every quarter of an hour.",
            "high",
        )
        for index in failed.order_by("pk")[:_SHOWN]
    ]
    return Outcome(findings, total - failed.count(), total)


@control(
    "people.excluded",
    area="Privacy",
    label="Nobody who was erased is in a dataset",
    fix="Preview the erasure again, or delete the version that holds the person.",
)
def excluded() -> Outcome:
    """By the digests of those who are kept out."""
    there = PersonRows.objects.filter(source=OuterRef("pk"), digest__in=ExcludedPerson.objects.values("digest"))
    if not ExcludedPerson.objects.exists():
        return Outcome([], 0, 0, evidence=f"Nobody is kept out, {timezone.now():%Y-%m-%d}.")
    held = IndexedVersion.objects.filter(Exists(there)).select_related("version__dataset")
    findings = [
        Finding(
            f"holds:{index.version_id}",
            f"{_name(index)} holds rows of people who were erased",
            "Nothing can be trained on it. Preview the erasure again, or delete the version.",
            "critical",
        )
        for index in held.order_by("pk")[:_SHOWN]
    ]
    total = ExcludedPerson.objects.count()
    return Outcome(findings, total if not findings else 0, total)


def _name(index: IndexedVersion) -> str:
    """A restricted dataset is not named to those who may not know of it."""
    version = index.version
    return "a version of a restricted dataset" if version.dataset.is_restricted else str(version)
