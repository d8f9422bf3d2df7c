"""The index of people: made by a job after an upload, so that a search is one query."""

import uuid
from collections.abc import Iterator
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops import jobs
from modelops.jobs.models import Job
from modelops.lib.errors import DomainError, Invalid
from registry.models import Dataset, DatasetVersion

from .audit_events import COLUMN_DECLARED, HOLDS_EXCLUDED, INDEXED
from .digests import secret
from .models import ExcludedPerson, IndexedVersion, IndexState, PersonRows, SubjectColumn

INDEX: Final = "people.index"


@transaction.atomic
def declare(dataset: Dataset, column: str, *, actor: Actor) -> SubjectColumn:
    """Say which column names people; every version that has it is indexed, again where another column was named.

    Raises Invalid for a column that the newest version does not have.
    """
    dataset = Dataset._base_manager.select_for_update().get(pk=dataset.pk)
    row = SubjectColumn.objects.filter(dataset=dataset).first()
    if row is not None and row.column == column:
        return row
    newest = DatasetVersion._base_manager.filter(dataset=dataset).order_by("-number").first()
    if newest is None or column not in newest.column_names:
        raise Invalid(
            f"The newest version of {dataset} has no column {column!r}. Name one that it has."
            if newest is not None
            else f"{dataset} has no version yet. Upload one, and name the column with it.",
            code="subject_column.unknown",
            field="column",
        )
    row = row or SubjectColumn(dataset=dataset)
    row.column = column
    row.save()
    record(COLUMN_DECLARED, dataset, actor=actor, name=dataset.name, column=column)
    for version in DatasetVersion._base_manager.filter(dataset=dataset).order_by("number"):
        if column in version.column_names:
            enqueue(version, column, actor=actor)
    return row


def follow(version: DatasetVersion, column: str, *, actor: Actor) -> None:
    """Index a version that was just added; the first column that is named is that of the dataset from then on."""
    if SubjectColumn.objects.filter(dataset=version.dataset).exists():
        enqueue(version, column, actor=actor)
    else:
        declare(version.dataset, column, actor=actor)


def enqueue(version: DatasetVersion, column: str, *, actor: Actor) -> None:
    """Ask for the index of one version, in the caller's transaction."""
    IndexedVersion.objects.update_or_create(
        version=version, defaults={"column": column, "state": IndexState.WAITING, "problem": ""}
    )
    jobs.enqueue(INDEX, payload={"version": str(version.pk)}, actor=actor, target=version, total=version.rows)


def run(job: jobs.RunningJob) -> None:
    """Index one version. Safe to run twice: the second run writes the same."""
    from registry.frames import open_table  # only the job needs what reads tables

    from .scanning import people_in

    index = _index_of(job.payload)
    if index is None:
        return
    frame = open_table(index.version)
    done = 0

    def columns() -> Iterator[Any]:
        nonlocal done
        for batch in frame.batches([index.column]):
            yield batch.column(0)
            done += batch.num_rows
            job.progress(done, max(frame.rows, done + 1), "reading")

    found = people_in(columns(), secret())
    with job.completing(f"{len(found)} people indexed"):
        index = IndexedVersion.objects.select_for_update().select_related("version__dataset").get(pk=index.pk)
        PersonRows.objects.filter(source=index).delete()
        with (
            connection.cursor() as cursor,
            cursor.copy("COPY people_personrows (digest, source_id, rows) FROM STDIN") as copy,
        ):
            for each in sorted(found):
                copy.write_row((each, index.pk, found[each]))
        index.state, index.people, index.indexed_at, index.problem = IndexState.READY, len(found), timezone.now(), ""
        index.save(update_fields=["state", "people", "indexed_at", "problem"])
        kept_out = PersonRows.objects.filter(source=index, digest__in=ExcludedPerson.objects.values("digest")).count()
        version = index.version
        said = {"name": version.dataset.name, "version": version.number}
        record(INDEXED, version, actor=job.actor, people=len(found), **said)
        if kept_out:
            record(HOLDS_EXCLUDED, version, actor=job.actor, outcome="denied", people=kept_out, **said)


def fall_back(job: Job, message: str) -> None:
    """A version that could not be indexed shows why, and the posture finding stays until it is."""
    IndexedVersion.objects.filter(version=uuid.UUID(job.payload["version"])).update(
        state=IndexState.FAILED, problem=message[:300]
    )


def retry_failed(*, actor: Actor) -> int:
    """Ask once more for what failed and for what no job works on; returns for how many."""
    asked = 0
    unready = IndexedVersion.objects.exclude(state=IndexState.READY).select_related("version")
    for index in unready.order_by("pk")[:100]:
        waiting = Job.objects.filter(kind=INDEX, target_id=str(index.version_id), state__in=["queued", "running"])
        if waiting.exists():
            continue
        try:
            with transaction.atomic():
                enqueue(index.version, index.column, actor=actor)
        except DomainError:
            break  # without a broker nothing would happen; the next look asks again
        asked += 1
    return asked


def _index_of(payload: dict[str, str]) -> IndexedVersion | None:
    """The row to fill, or None where the version was purged meanwhile."""
    rows = IndexedVersion.objects.select_related("version__artifact", "version__dataset")
    return rows.filter(version=uuid.UUID(payload["version"])).first()
