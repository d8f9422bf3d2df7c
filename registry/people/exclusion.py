"""Who is kept out: nobody who was erased comes back with the next upload, and nothing is trained on them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, BinaryIO

from compliance.audit import Actor, record
from compliance.subjects.providers import Subject
from modelops.lib.errors import Conflict, Invalid
from modelops.lib.late import late
from registry.models import Dataset, DatasetVersion

from .audit_events import PERSON_EXCLUDED
from .digests import digest, digests_of, names_of, secret
from .models import ExcludedPerson, IndexedVersion, PersonRows, SubjectColumn
from .restriction import require_unrestricted

if TYPE_CHECKING:
    from registry.tables import Survey

np = late("numpy")
_NAMED = 5


def exclude(subject: Subject, *, reference: str, actor: Actor) -> None:
    """Keep the person out of every dataset from now on. Safe to run twice; runs inside the caller's transaction."""
    digests = digests_of(names_of(subject))
    known = set(ExcludedPerson.objects.filter(digest__in=digests).values_list("digest", flat=True))
    for each in sorted(set(digests) - known):
        row = ExcludedPerson.objects.create(digest=each, reference=reference)
        record(PERSON_EXCLUDED, row, actor=actor, reference=reference)


def column_for(dataset: Dataset, found: Survey, named: str) -> str:
    """The column of a new version that names people, "" where none does. Raises Invalid where it is missing."""
    declared = SubjectColumn.objects.filter(dataset=dataset).values_list("column", flat=True).first() or ""
    column = declared or named
    if named and declared and named != declared:
        raise Invalid(
            f"In {dataset} people are named by the column {declared!r}; {named!r} is given. Leave it out, or change "
            "the column of the dataset first.",
            code="subject_column.other",
            field="subject_column",
        )
    if column and column not in {each.name for each in found.columns}:
        raise Invalid(
            f"The file has no column {column!r}, which names people in {dataset}. Add it, so that a person can be "
            "found and erased.",
            code="subject_column.missing",
            field="file",
        )
    return column


def require_nobody_excluded(dataset: Dataset, file: BinaryIO, found: Survey, column: str) -> None:
    """Refuse a table with a person who is kept out. Raises Conflict with the numbers of the rows, never a name."""
    kept_out = set(ExcludedPerson.objects.values_list("digest", flat=True)) if column else set()
    if not kept_out:
        return
    from registry.tables import table_formats  # the portal starts without what reads tables

    from .scanning import rows_with

    key = secret()
    batches = table_formats.get(found.file_format)().batches(file, found.reading, [column])
    masks = list(rows_with((batch.column(0) for batch in batches), lambda name: digest(key, name) in kept_out))
    rows = np.flatnonzero(np.concatenate(masks)) + 1
    if len(rows):
        shown = ", ".join(str(number) for number in rows[:_NAMED]) + (" …" if len(rows) > _NAMED else "")
        raise Conflict(
            f"{len(rows):,} rows are about people who were erased and are kept out (row {shown}). Take these rows out "
            f"of the table for {dataset}, then upload it again.",
            code="dataset.excluded_person",
        )


def require_trainable(versions: Iterable[DatasetVersion]) -> None:
    """Refuse lineage to data that still holds a person who is kept out. Raises Conflict that names the version."""
    wanted = list(versions)
    if not wanted:
        return
    require_unrestricted(wanted)
    if not ExcludedPerson.objects.exists():
        return
    kept_out = PersonRows.objects.filter(digest__in=ExcludedPerson.objects.values("digest"))
    held = IndexedVersion.objects.filter(version__in=wanted, pk__in=kept_out.values("source"))
    first = held.select_related("version__dataset").first()
    if first is not None:
        raise Conflict(
            f"{first.version} holds rows of people who were erased and are kept out of training. Train on a version "
            "without them.",
            code="dataset.holds_excluded",
            field="datasets",
        )
