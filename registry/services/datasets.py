"""Creating datasets and adding versions."""

from collections.abc import Callable

from django.db import IntegrityError, transaction

from compliance.audit import Actor, record
from modelops.lib.names import validate_name
from registry.artifacts.recording import insert_artifact
from registry.artifacts.sealed import SealedUpload
from registry.audit_events import DATASET_CREATED, DATASET_VERSION_ADDED
from registry.models import Dataset, DatasetVersion
from registry.people import indexing
from registry.people.exclusion import column_for, require_nobody_excluded

from .ownership import account_id
from .retired import refuse_retired, taken


@transaction.atomic
def create_dataset(name: str, description: str = "", *, actor: Actor) -> Dataset:
    """A new dataset without versions. Raises Invalid for the name, Conflict when it is taken."""
    validate_name(name, "dataset")
    refuse_retired("dataset", name)
    try:
        with transaction.atomic():
            dataset = Dataset.objects.create(name=name, description=description, owner_id=account_id(actor))
    except IntegrityError:
        raise taken("dataset", name) from None
    record(DATASET_CREATED, dataset, actor=actor, name=dataset.name)
    return dataset


def add_dataset_version(
    dataset: Dataset,
    upload: SealedUpload,
    *,
    subject_column: str = "",
    then: Callable[[DatasetVersion], None] | None = None,
    actor: Actor,
) -> DatasetVersion:
    """The next version of ``dataset`` with the uploaded table, which the version takes over.

    The whole file is read once, decrypted in memory, so that what is stored can be read. ``then`` runs in the
    transaction that adds the version. ``subject_column`` says which column names people, where the dataset does not
    say so yet. Raises UnsupportedFormat for anything but CSV, Parquet, Arrow and JSON Lines, Invalid for a table that
    nothing could be done with, and Conflict for rows of people who are kept out.
    """
    from registry.tables import survey  # the portal starts without what reads tables

    with upload.open_plaintext() as file:
        found = survey(file)
        column = column_for(dataset, found, subject_column)
        require_nobody_excluded(dataset, file, found, column)
    with upload.adopted() as artifact, transaction.atomic():
        family = Dataset.objects.select_for_update().get(pk=dataset.pk)
        family.last_number += 1
        family.save(update_fields=["last_number"])
        insert_artifact(artifact)
        version = DatasetVersion.objects.create(
            dataset=dataset,
            number=family.last_number,
            artifact=artifact,
            file_format=found.file_format,
            rows=found.rows,
            columns=len(found.columns),
            schema=[column.as_dict() for column in found.columns],
            reading=found.reading,
            created_by_id=account_id(actor),
        )
        record(
            DATASET_VERSION_ADDED,
            version,
            actor=actor,
            name=dataset.name,
            version=version.number,
            rows=version.rows,
            columns=version.columns,
            format=version.file_format,
            size=artifact.size,
            sha256=artifact.sha256,
            key_version=artifact.key_version,
        )
        if column:
            indexing.follow(version, column, actor=actor)
        if then is not None:
            then(version)
    return version
