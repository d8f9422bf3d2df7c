"""From an object of a source to a dataset version: asked for, read by a worker, sealed as every upload is.

What arrives is kept in sealed parts of an upload that only the portal writes. A worker that dies loses the last part
at most; the next one goes on behind it, as long as the object is still the same.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone

from compliance.audit import Actor, record
from modelops.jobs import services as jobs
from modelops.jobs.models import Job
from modelops.jobs.running import RunningJob
from modelops.lib.errors import Conflict, NotAllowed
from registry.artifacts.expected_digest import ExpectedDigest
from registry.locations.plain import PlainObject
from registry.models import Dataset, DatasetVersion
from registry.services import add_dataset_version
from registry.uploads import services as uploads
from registry.uploads.assembly import assembled
from registry.uploads.receiving import append_pieces

from .audit_events import IMPORT_ASKED, IMPORT_FAILED, IMPORTED
from .models import DataImport, DataSource, ImportState
from .reading import changed, look, read

JOB = "datasets.import"


def ask_for_import(
    dataset: Dataset,
    source: DataSource,
    key: str,
    *,
    tag: str = "",
    expected: ExpectedDigest | None = None,
    subject_column: str = "",
    user: Any,
    actor: Actor,
) -> DataImport:
    """Have a worker read the object ``key`` as the next version of ``dataset``.

    ``tag`` and ``expected`` say which state of it is meant. Raises NotAllowed, Invalid for the key, NotFound, TooLarge,
    Conflict when it has changed or there is no room, StorageUnavailable.
    """
    _require_reader(source, user)
    found = look(source, key)
    if tag and tag != found.tag:
        raise changed(source, key)
    with transaction.atomic():
        session = uploads.begin(
            key.rsplit("/", 1)[-1][:255], found.size, expected or ExpectedDigest(), owner_id=user.pk, actor=actor,
            is_internal=True,
        )  # fmt: skip
        row = DataImport(
            dataset=dataset, source=source, key=key, size=found.size, tag=found.tag, subject_column=subject_column,
            session=session, requested_by=user,
        )  # fmt: skip
        row.job = jobs.enqueue(
            JOB, payload={"import": str(row.pk)}, actor=actor, target=dataset, total=max(found.size, 1)
        )
        row.save(force_insert=True)
        record(IMPORT_ASKED, row, actor=actor, source=source.name, dataset=dataset.name, size=found.size)
    return row


def run_import(job: RunningJob) -> None:
    """Read on where the last attempt stopped; the last byte makes the version."""
    rows = DataImport.objects.select_related("dataset", "source__secret", "session", "requested_by")
    row = rows.filter(pk=job.payload["import"], state=ImportState.QUEUED).first()
    if row is None:
        return
    # Both may have changed since it was asked for.
    _require_reader(row.source, row.requested_by)
    if row.session is None or not Dataset.objects.alive().filter(pk=row.dataset_id).exists():
        raise Conflict("The dataset was deleted, or the import waited for more than a day.", code="source.given_up")
    session = row.session
    pieces = read(row.source, PlainObject(row.key, row.size, row.tag), session.offset)
    append_pieces(session, session.offset, pieces, lambda done: job.progress(done, row.size, "Reading"))
    with assembled(session) as (upload, complete):

        def then(version: DatasetVersion) -> None:
            with job.completing(f"{version} is stored, encrypted."):
                complete(version)
                _finish(row, version, job.actor)

        add_dataset_version(row.dataset, upload, subject_column=row.subject_column, then=then, actor=job.actor)


def import_failed(job: Job, message: str) -> None:
    """Keep the reason and drop what has arrived; in the transaction that ends the job."""
    row = DataImport.objects.select_related("dataset", "source", "session").filter(pk=job.payload["import"]).first()
    if row is None or row.state != ImportState.QUEUED:
        return
    if row.session is not None:
        uploads.discard(row.session)
        row.session = None
    row.state, row.failure, row.finished_at = ImportState.FAILED, message[:500], timezone.now()
    row.save(update_fields=["state", "failure", "finished_at", "session"])
    record(IMPORT_FAILED, row, actor=job.actor, outcome="failure", source=row.source.name, dataset=row.dataset.name)


def _finish(row: DataImport, version: DatasetVersion, actor: Actor) -> None:
    row.version, row.state, row.finished_at = version, ImportState.SUCCEEDED, timezone.now()
    row.save(update_fields=["version", "state", "finished_at"])
    record(
        IMPORTED, version, actor=actor, source=row.source.name, dataset=row.dataset.name, version=version.number,
        size=row.size, sha256=version.artifact.sha256,
    )  # fmt: skip


def _require_reader(source: DataSource, user: Any) -> None:
    if user is None or not user.is_active or not DataSource.objects.readable_by(user).filter(pk=source.pk).exists():
        raise NotAllowed(f"No role of this account may read the data source {source}.", code="source.not_readable")
