"""Taking a person's rows out of a stored file: it is written anew without them, and the old file goes with its key.

A version is immutable but for this: the law asks that the rows go, and what was trained on the version must still be
able to name it. The database lets the file, the number of rows and the empty cells of one version change in a
transaction that says so, and each such change is a row of its own.
"""

import logging
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np
from django.db import connection, transaction
from django.db.models import F, Sum
from numpy.typing import NDArray

from compliance.audit import Actor, record
from compliance.subjects.providers import ErasureRefused
from modelops.lib.errors import Conflict, Unavailable
from registry.artifacts.access import open_artifact
from registry.artifacts.recording import insert_artifact
from registry.artifacts.sealed import SealedUpload, Sealing
from registry.frames import Frame, open_table
from registry.locations.choose import store_for
from registry.models import Artifact, ArtifactCopy, DatasetVersion
from registry.tables import table_formats

from .audit_events import ROWS_ERASED
from .cutting import cut
from .digests import digest, secret
from .models import IndexedVersion, PersonRows, RowsErased
from .rewritten import tell_rewritten
from .scanning import rows_with

logger = logging.getLogger(__name__)
_SWITCH: Final = "modelops.erasing_rows"


def take_out(version: DatasetVersion, names: frozenset[str], *, actor: Actor) -> int:
    """Rewrite the file of ``version`` without the rows of the person with these names; returns how many there were.

    Safe to run twice and to be killed anywhere: until the transaction ends, the version has its old file. Raises
    ErasureRefused where no row would be left, Conflict where the file changed meanwhile.
    """
    column = IndexedVersion.objects.values_list("column", flat=True).get(version=version)
    frame = open_table(version)
    masks = list(_masks(frame, column, names))
    rows = int(sum(np.count_nonzero(mask) for mask in masks))
    if rows == 0:
        forget(version, names)
        return 0
    if rows == frame.rows:
        raise ErasureRefused(
            f"Every row of {version} is about the person, and a version without rows cannot be. Delete the version; "
            "its file goes when it is purged."
        )
    upload = _written(version, masks)
    try:
        nulls = _checked(version, upload, column, names, frame.rows - rows)
        _exchange(version, upload, rows, nulls, names, actor)
    finally:
        upload.close()
    return rows


def _masks(frame: Frame, column: str, names: frozenset[str]) -> Iterator[NDArray[np.bool_]]:
    yield from rows_with((batch.column(0) for batch in frame.batches([column])), names.__contains__)


def _written(version: DatasetVersion, masks: list[NDArray[np.bool_]]) -> SealedUpload:
    sealing = Sealing(version.artifact.file_name)
    try:
        with open_artifact(version.artifact) as file:
            cut(version.file_format, file, version.reading, lambda: iter(masks), sealing.write)
        return sealing.finish()
    except BaseException:
        sealing.discard()
        raise


def _checked(
    version: DatasetVersion, upload: SealedUpload, column: str, names: frozenset[str], rows: int
) -> list[dict[str, Any]]:
    """The schema with the empty cells of the new file. Raises Conflict unless it is the old one without the rows."""
    found = 0
    nulls = [0] * len(version.typed_schema)
    held = 0
    place = version.column_names.index(column)
    with upload.open_plaintext() as file:
        for batch in table_formats.get(version.file_format)().batches(file, version.reading):
            found += batch.num_rows
            held += sum(int(mask.sum()) for mask in rows_with([batch.column(place)], names.__contains__))
            for number, each in enumerate(batch.columns):
                nulls[number] += each.null_count
    if found != rows or held:
        raise Conflict(
            f"{version} was written anew with {found:,} rows where {rows:,} were expected, {held} of them still the "
            "person's. Nothing was changed; upload the table as Parquet without the rows and delete this version.",
            code="rows.unclear",
        )
    return [{**each, "nulls": nulls[number]} for number, each in enumerate(version.typed_schema)]


def _exchange(
    version: DatasetVersion,
    upload: SealedUpload,
    rows: int,
    schema: list[dict[str, Any]],
    names: frozenset[str],
    actor: Actor,
) -> None:
    with upload.adopted() as artifact, transaction.atomic():
        locked = DatasetVersion._base_manager.select_for_update(of=("self",)).select_related("artifact", "dataset")
        present = locked.get(pk=version.pk)
        before = present.artifact
        if before.pk != version.artifact_id:
            raise Unavailable(f"The file of {version} was changed meanwhile; try again.", code="rows.changed_meanwhile")
        insert_artifact(artifact)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, true)", [_SWITCH, str(version.pk)])
            DatasetVersion._base_manager.filter(pk=version.pk).update(
                artifact=artifact, rows=present.rows - rows, schema=schema
            )
            cursor.execute("SELECT set_config(%s, '', true)", [_SWITCH])
        RowsErased.objects.create(version=present, rows=rows, sha256_before=before.sha256, sha256_after=artifact.sha256)
        forget(version, names)
        tell_rewritten(present)
        places = _dropped(before)
        record(
            ROWS_ERASED,
            present,
            actor=actor,
            name=present.dataset.name,
            version=present.number,
            rows=rows,
            sha256_before=before.sha256,
            sha256=artifact.sha256,
        )
        transaction.on_commit(lambda: remove_files(places))


def forget(version: DatasetVersion, names: Iterable[str]) -> int:
    """Take the person out of the index of ``version``; returns how many rows of the file it named."""
    key = secret()
    digests = [digest(key, name) for name in names]
    gone = PersonRows.objects.filter(source__version=version, digest__in=digests)
    rows = gone.aggregate(rows=Sum("rows"))["rows"] or 0
    removed = gone.delete()[0]
    IndexedVersion.objects.filter(version=version).update(people=F("people") - removed)
    return int(rows)


def _dropped(artifact: Artifact) -> list[tuple[str, str]]:
    """Delete the old file's row, and with it the only key that opens it; where its copies lie."""
    copies = ArtifactCopy.objects.filter(artifact=artifact).values_list("location__name", "artifact__storage_name")
    places = list(copies)
    artifact.delete()
    return places


def remove_files(places: Iterable[tuple[str, str]]) -> None:
    """Remove sealed files that no row names; one that cannot be reached now is an orphan, which the sweeper finds."""
    for location, name in places:
        try:
            store_for(location).delete(name)
        except Unavailable as error:
            logger.warning("The old file of a version stays in %s for the sweeper: %s", location, error.code)


def version_of(key: str) -> DatasetVersion | None:
    """The version that a part of an erasure names, or None where it was purged meanwhile."""
    rows = DatasetVersion._base_manager.select_related("dataset", "artifact")
    return rows.filter(pk=uuid.UUID(key)).first()
