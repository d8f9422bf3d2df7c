"""Files of what was deleted and not restored; and the link between a folder and a version that is purged."""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from compliance.audit import Actor, record
from registry.deletion.events import Row
from registry.deletion.keeping import clears
from registry.models import Artifact, ModelVersion
from registry.tracking.models import LoggedModel, RegisteredFolder, Run, TrackedFile

from .events import FILES_PURGED
from .owners import Owner, belonging_to
from .storing import drop

_AT_A_TIME = 200


@clears
def clear_folder(row: Row) -> Iterable[Artifact]:
    """The folder that a purged version was made of may change again; its files are not the version's."""
    if isinstance(row, ModelVersion):
        RegisteredFolder.objects.filter(version=row).delete()
    return []


def count_due() -> int:
    """How many runs and logged models have files that are to go."""
    return _due(Run).count() + _due(LoggedModel).count()


def purge_due(*, actor: Actor) -> int:
    """Remove the files of deleted runs and logged models whose time is over, except where a version was made of them.

    Safe to run twice and to be killed anywhere; returns of how many.
    """
    purged = 0
    for kind in (Run, LoggedModel):
        for key in list(_due(kind).values_list("pk", flat=True)[:_AT_A_TIME]):
            with transaction.atomic():
                owner = _due(kind).filter(pk=key).select_for_update(of=("self",)).first()
                if owner is not None:
                    purge_files(owner, actor=actor)
                    purged += 1
    return purged


def purge_files(owner: Owner, *, actor: Actor) -> None:
    """Remove the files of a run or logged model, if it has any, inside the caller's transaction."""
    if files := list(TrackedFile.objects.filter(**belonging_to(owner))):
        drop(files)
        record(FILES_PURGED, owner, actor=actor, owner=owner.audit_label, files=len(files))


def _due(kind: type[Run] | type[LoggedModel]) -> "QuerySet[Owner]":
    field = "run" if kind is Run else "logged_model"
    of_it = {field: OuterRef("pk")}
    before = timezone.now() - dt.timedelta(days=settings.MODELOPS_DELETED_KEPT_DAYS)
    deleted = kind.objects.filter(Q(deleted_at__lte=before) | Q(experiment__deleted_at__lte=before))
    return deleted.filter(
        Exists(TrackedFile.objects.filter(**of_it)), ~Exists(RegisteredFolder.objects.filter(**of_it))
    ).order_by("pk")
