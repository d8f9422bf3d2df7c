"""What a dataset says of the people in it."""

from dataclasses import dataclass

from registry.models import Dataset

from .models import IndexedVersion, IndexState, SubjectColumn


@dataclass(frozen=True, slots=True)
class Declared:
    """The column that names people, "" for none, and in how many of the versions that have it people can be found."""

    column: str
    versions: int
    indexed: int


def declared_of(dataset: Dataset) -> Declared:
    """For the page and the API."""
    column = SubjectColumn.objects.filter(dataset=dataset).values_list("column", flat=True).first() or ""
    known = IndexedVersion.objects.filter(version__dataset=dataset)
    return Declared(column, known.count(), known.filter(state=IndexState.READY).count())
