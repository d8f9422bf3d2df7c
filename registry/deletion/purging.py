"""Removing for good what was deleted and not restored: rows, sealed files and their copies."""

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import ProtectedError, QuerySet, RestrictedError
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.lib.errors import Unavailable
from registry.locations.choose import store_for
from registry.models import (
    Artifact,
    ArtifactCopy,
    Dataset,
    DatasetVersion,
    ModelVersion,
    ModelVersionDataset,
    ModelVersionFile,
    RegisteredModel,
    RetiredName,
)

from .events import PURGE_HELD, PURGED, Row, named, parent_of
from .keeping import cleared, reason_to_keep

logger = logging.getLogger(__name__)

# What cannot go yet is looked at again after this long; each look leaves a row in the ledger.
LOOK_AGAIN = dt.timedelta(days=7)
_AT_A_TIME = 200


@dataclass(slots=True)
class Purged:
    """How many rows went, and why others stayed."""

    removed: int = 0
    held: list[str] = field(default_factory=list)


class _Held(Exception):
    """The row cannot go; the text says why."""


def due(now: dt.datetime | None = None) -> Iterator[QuerySet[Row]]:
    """The rows whose purge date has come: versions before what they belong to, models before datasets."""
    now = now or timezone.now()
    for model in (ModelVersion, RegisteredModel, DatasetVersion, Dataset):
        yield model._base_manager.filter(deleted_at__isnull=False, purge_after__lte=now)


def count_due() -> int:
    """How many rows `purge_due` would look at."""
    return sum(rows.count() for rows in due())


def purge_due(*, actor: Actor) -> Purged:
    """Remove every row whose purge date has come; safe to run twice and to be killed anywhere."""
    outcome = Purged()
    for rows in due():
        for key in list(rows.order_by("purge_after").values_list("pk", flat=True)[:_AT_A_TIME]):
            _purge(rows.model, key, outcome, actor)
    return outcome


def _purge(kind: type[Row], key: object, outcome: Purged, actor: Actor) -> None:
    row = kind._base_manager.filter(pk=key).first()
    if row is None:
        return
    try:
        # Each version of a model goes by itself, so that one that has to stay keeps itself and the model only.
        for version in _versions(row):
            outcome.removed += _remove(version, actor)
        outcome.removed += _remove(row, actor)
    except _Held as held:
        outcome.held.append(f"{row}: {held}")
        with transaction.atomic():
            kind._base_manager.filter(pk=key).update(purge_after=timezone.now() + LOOK_AGAIN)
            record(PURGE_HELD[kind], row, actor=actor, outcome="denied", reason=str(held), **named(row))


def _versions(row: Row) -> list[Row]:
    return list(row.versions.order_by("number")) if isinstance(row, RegisteredModel | Dataset) else []


def _remove(row: Row, actor: Actor) -> int:
    """Remove one row with what belongs to it. Raises _Held."""
    with transaction.atomic():
        locked = type(row)._base_manager.select_for_update(of=("self",)).filter(pk=row.pk).first()
        parent = parent_of(locked) if locked is not None else None
        if locked is None or not (_is_over(locked) or (parent is not None and _is_over(parent))):
            return 0  # somebody restored or removed it meanwhile
        if reason := reason_to_keep(locked):
            raise _Held(reason)
        name, event, label = named(locked), PURGED[type(row)], type(row)._meta.label_lower
        digest = getattr(getattr(locked, "artifact", None), "sha256", "")
        try:
            files = _delete_rows(locked)
        except (ProtectedError, RestrictedError) as error:
            raise _Held(_protectors(error)) from None
        if parent is None:
            kind = "model" if isinstance(row, RegisteredModel) else "dataset"
            RetiredName.objects.get_or_create(kind=kind, name=name["name"])
        record(event, (label, str(row.pk)), actor=actor, files=len(files), sha256=digest, **name)
        transaction.on_commit(lambda: _remove_files(files))
    return 1


def _is_over(row: Row) -> bool:
    return row.deleted_at is not None and row.purge_after is not None and row.purge_after <= timezone.now()


def _delete_rows(row: Row) -> list[tuple[str, str]]:
    """Delete the row and the artifacts behind it; where their files lie, as location and name."""
    artifacts = cleared(row)
    if isinstance(row, ModelVersion):
        files = ModelVersionFile.objects.filter(version=row)
        artifacts += Artifact.objects.filter(version_file__in=files)
        files.delete()
        ModelVersionDataset.objects.filter(model_version=row).delete()
    if isinstance(row, ModelVersion | DatasetVersion):
        artifacts.append(row.artifact)
    row.delete()
    copies = ArtifactCopy.objects.filter(artifact__in=artifacts)
    places = [(place, name) for place, name in copies.values_list("location__name", "artifact__storage_name")]
    for artifact in artifacts:
        artifact.delete()
    return places


def _remove_files(places: list[tuple[str, str]]) -> None:
    """Remove the sealed files; one that cannot be reached now is an orphan, which the sweeper finds."""
    for location, name in places:
        try:
            store_for(location).delete(name)
        except Unavailable as error:
            logger.warning("The file of a purged version stays in %s for the sweeper: %s", location, error.code)


def _protectors(error: ProtectedError | RestrictedError) -> str:
    rows = getattr(error, "protected_objects", None) or getattr(error, "restricted_objects", set())
    kinds = sorted({str(row._meta.verbose_name_plural) for row in rows})
    return f"{', '.join(kinds) or 'other rows'} refer to it and must stay provable"
