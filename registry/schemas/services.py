"""Writing the schema of a dataset, and which one counts."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from compliance.audit import Actor, record
from modelops.lib.errors import Conflict, Invalid, NotFound
from registry.models import Dataset, DatasetVersion
from registry.services.ownership import account_id

from .audit_events import SCHEMA_WRITTEN
from .contents import read_document
from .models import DatasetSchema
from .proposing import proposed_columns, with_new_columns
from .vocabulary import DATA_CLASSES


@dataclass(frozen=True)
class Standing:
    """What counts for a dataset now. ``number`` is 0 while nobody has written a schema and this is a proposal."""

    number: int
    data_class: str
    document: dict[str, Any]
    written: DatasetSchema | None = None

    @property
    def confirmed(self) -> bool:
        """Whether the owner has confirmed every column."""
        return all(column["confirmed"] for column in self.document["columns"])


@transaction.atomic
def write_schema(
    dataset: Dataset,
    *,
    columns: object,
    keys: object = (),
    time_column: object = "",
    data_class: str = "training_data",
    replaces: int | None = None,
    actor: Actor,
) -> DatasetSchema:
    """The next version of the schema; one that says the same as the last is that one.

    ``replaces`` is the number that the writer has seen, 0 for the proposal. Raises Invalid, and Conflict when another
    version was written meanwhile.
    """
    document = read_document(columns, keys, time_column)
    if data_class not in DATA_CLASSES:
        raise Invalid(f"The data class is one of {', '.join(DATA_CLASSES)}.", code="schema.invalid", field="data_class")
    dataset = Dataset.objects.select_for_update(of=("self",)).get(pk=dataset.pk)
    last = newest_schema(dataset)
    number = 0 if last is None else last.number
    if replaces is not None and replaces != number:
        raise Conflict(
            f"Version {number} of the schema was written meanwhile; this one was made for version {replaces}. Read the "
            "schema again, then repeat the change.",
            code="schema.changed",
            field="number",
        )
    digest = _digest(document)
    if last is not None and (last.digest, last.data_class) == (digest, data_class):
        return last
    personal = sum(column["personal"] != "none" for column in document["columns"])
    schema = DatasetSchema.objects.create(
        dataset=dataset,
        number=number + 1,
        data_class=data_class,
        document=document,
        digest=digest,
        column_count=len(document["columns"]),
        personal_count=personal,
        created_by_id=account_id(actor),
    )
    record(
        SCHEMA_WRITTEN,
        dataset,
        actor=actor,
        dataset=dataset.name,
        number=schema.number,
        columns=schema.column_count,
        personal_columns=personal,
        confirmed=sum(column["confirmed"] for column in document["columns"]),
        data_class=data_class,
    )
    return schema


def newest_schema(dataset: Dataset | str | Any) -> DatasetSchema | None:
    """The newest written schema of a dataset or of its id."""
    pk = getattr(dataset, "pk", dataset)
    return DatasetSchema.objects.filter(dataset=pk).order_by("-number").first()


def standing_schema(dataset: Dataset, *, number: int | None = None) -> Standing:
    """What counts: the newest written schema with proposals for new columns, or a proposal from the newest version.

    With ``number`` that version as it was written. Raises NotFound when there is nothing to propose from.
    """
    if number:
        written = DatasetSchema.objects.filter(dataset=dataset, number=number).first()
        if written is None:
            raise NotFound(f"The schema of {dataset.name!r} has no version {number}.", code="schema.not_found")
        return Standing(written.number, written.data_class, written.document, written)
    version = DatasetVersion.objects.filter(dataset=dataset).order_by("-number").first()
    written = newest_schema(dataset)
    if written is not None:
        document = {**written.document, "columns": with_new_columns(written.columns, version)}
        return Standing(written.number, written.data_class, document, written)
    if version is None:
        raise NotFound(
            f"The dataset {dataset.name!r} has no version yet to propose a schema from. Upload one first.",
            code="schema.no_version",
        )
    return Standing(0, "training_data", {"columns": proposed_columns(version), "keys": [], "time_column": ""})


def _digest(document: dict[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
