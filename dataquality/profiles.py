"""Sketches of the columns that were kept: those that a run is compared with, and those that a page draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef

from dataquality.dimensions import Severity
from dataquality.models import QualityIssue, QualityRun, RunProfile, RunState
from registry.models import DatasetVersion

if TYPE_CHECKING:
    from dataquality.profiling.sketches import Sketch

LOOKED_AT = 50  # runs of earlier versions, the newest first


def accepted_reference(version: DatasetVersion) -> dict[str, Sketch] | None:
    """The sketches of the last accepted version before ``version``; None when there is none.

    A version is accepted when its newest finished run has no critical finding left: one that somebody has accepted
    for a while counts as information only.
    """
    from dataquality.profiling.sketches import read_sketch  # numpy loads in the worker

    grave = QualityIssue.objects.filter(run=OuterRef("pk"), severity=Severity.CRITICAL.value)
    runs = QualityRun.objects.filter(
        dataset_version__dataset=version.dataset_id,
        dataset_version__number__lt=version.number,
        dataset_version__deleted_at__isnull=True,
        state=RunState.SUCCEEDED,
    )
    newest_first = runs.annotate(is_grave=Exists(grave)).order_by("-dataset_version__number", "-created_at", "-id")
    decided = set()
    for run_id, version_id, is_grave in newest_first.values_list("pk", "dataset_version", "is_grave")[:LOOKED_AT]:
        if version_id in decided:
            continue
        decided.add(version_id)
        if is_grave:
            continue
        found = RunProfile.objects.filter(run=run_id).first()
        if found is not None:
            return {name: read_sketch(told) for name, told in found.document["columns"].items()}
    return None


def newest_profile(version: DatasetVersion, user: Any) -> RunProfile | None:
    """The sketches from the newest finished run of ``version`` that ``user`` may see."""
    runs = QualityRun.objects.visible_to(user).filter(dataset_version=version, state=RunState.SUCCEEDED)
    newest = runs.order_by("-created_at", "-id").first()
    return None if newest is None else RunProfile.objects.filter(run=newest).select_related("run").first()
