"""Datasets that went into a run, and models that came out of it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from compliance.audit import Actor, record
from registry.models import DatasetVersion
from registry.tracking.audit_events import RUN_LOGGED
from registry.tracking.models import DatasetInput, LoggedModel, ModelOutput, Run

from .runs import active

CONTEXT_TAG = "mlflow.data.context"
# MLflow's own digests have eight characters and are of something else than the bytes of a file. Whoever names the
# dataset by half of its SHA-256 or more (the client takes 36 characters) means the file that the portal holds.
_OF_A_FILE = re.compile(r"[0-9a-f]{32,64}")


@dataclass(frozen=True, slots=True)
class GivenDataset:
    """A dataset as the client describes it."""

    name: str
    digest: str
    source_type: str = ""
    source: str = ""
    schema: str = ""
    profile: str = ""
    tags: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def add_inputs(
    run: Run, datasets: Iterable[GivenDataset], models: Iterable[LoggedModel] = (), *, user: Any, actor: Actor
) -> None:
    """Note what the run was given; the same again changes nothing. ``user`` is whose view of datasets counts.

    A dataset whose digest is that of a version in the portal joins the lineage of what the run makes. Models that a
    run reads are told in the ledger alone.
    """
    row = active(run)
    rows = [
        DatasetInput(
            run=row,
            name=one.name,
            digest=one.digest,
            context=one.tags.get(CONTEXT_TAG, "")[:250],
            source_type=one.source_type,
            source=one.source,
            schema=one.schema,
            profile=one.profile,
            tags=one.tags,
            dataset_version=dataset_version_of(user, one.digest),
        )
        for one in datasets
    ]
    known = set(DatasetInput.objects.filter(run=row).values_list("name", "digest"))
    # An evaluation names its dataset once more without saying what for.
    told = [one for one in rows if one.context or (one.name, one.digest) not in known]
    DatasetInput.objects.bulk_create(told, ignore_conflicts=True)
    _tell(row, inputs=len(rows) + len(list(models)), actor=actor)


@transaction.atomic
def add_outputs(run: Run, outputs: Iterable[tuple[LoggedModel, int]], *, actor: Actor) -> None:
    """Note which logged models came out of the run, each at its step; the same again changes nothing."""
    row = active(run)
    rows = [ModelOutput(run=row, logged_model=model, step=step) for model, step in outputs]
    ModelOutput.objects.bulk_create(rows, ignore_conflicts=True)
    _tell(row, outputs=len(rows), actor=actor)


def dataset_version_of(user: Any, digest: str) -> DatasetVersion | None:
    """The dataset version whose file has this digest, where ``user`` may see it."""
    if not _OF_A_FILE.fullmatch(digest):
        return None
    found: DatasetVersion | None = (
        DatasetVersion.objects.visible_to(user).filter(artifact__sha256__startswith=digest).order_by("-id").first()
    )
    return found


def trained_on(run: Run, user: Any) -> list[DatasetVersion]:
    """Dataset versions of the portal that the run was given, for the lineage of a version that is made of it."""
    named = run.dataset_inputs.exclude(dataset_version=None).values("dataset_version")
    return list(DatasetVersion.objects.visible_to(user).filter(pk__in=named).select_related("dataset"))


def _tell(run: Run, *, inputs: int = 0, outputs: int = 0, actor: Actor) -> None:
    record(
        RUN_LOGGED,
        run,
        actor=actor,
        run=run.run_id,
        metrics=0,
        parameters=0,
        tags=0,
        inputs=inputs,
        outputs=outputs,
    )
