"""What dataset files say about people: each row whose subject column names them."""

import json
from collections.abc import Iterable, Iterator, Mapping

from django.db.models import Sum

from compliance.audit import Actor
from compliance.subjects.circumstances import circumstance
from compliance.subjects.providers import (
    ExportedRow,
    Influenced,
    Part,
    PersonalDataProvider,
    Section,
    Subject,
    exempt,
    providers,
)
from modelops.lib.late import late
from registry.cards.explaining import explained
from registry.models import RegisteredModel

from . import consents, exclusion, finding, restriction  # noqa: F401  consents answers the registers
from .digests import names_of

np = late("numpy")
_MOST_MODELS = 500


@providers.register("registry.dataset_rows")
class DatasetRows(PersonalDataProvider):
    """Rows of datasets that name the person in their subject column."""

    label = "Rows about you in datasets"
    covers = frozenset({"people.PersonRows"})
    sections = (
        Section(
            "registry.dataset_rows",
            "Rows about you in datasets",
            {
                "dataset": "The dataset and its version",
                "row": "Number of the row in the file",
                "values": "What the row says",
            },
            source="whoever uploaded the dataset",
        ),
    )
    action = "rewrite"
    order = 20

    def find(self, subject: Subject) -> int:
        """Rows of the person, from the index."""
        return finding.entries(subject).aggregate(rows=Sum("rows"))["rows"] or 0

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        """Each row, read from its file."""
        from registry.frames import open_table  # what reads tables is loaded when somebody's rows are

        from . import rewriting
        from .scanning import rows_with

        names = names_of(subject)
        for entry in finding.entries(subject).select_related("source").order_by("source"):
            version = rewriting.version_of(str(entry.source.version_id))
            if version is None:
                continue
            at = 0
            for batch in open_table(version).batches():
                column = batch.column(version.column_names.index(entry.source.column))
                [mask] = rows_with([column], names.__contains__)
                for place in np.flatnonzero(mask):
                    [row] = batch.slice(int(place), 1).to_pylist()
                    values = json.dumps(row, ensure_ascii=False, default=str)
                    said = {"dataset": str(version), "row": at + int(place) + 1, "values": values}
                    yield ExportedRow("registry.dataset_rows", said)
                at += batch.num_rows

    def parts(self, subject: Subject) -> Iterable[Part]:
        """Each version whose file has rows of the person."""
        found = finding.entries(subject).order_by("source__version__dataset__name", "source__version__number")
        names = ("source__version", "source__version__dataset__name", "source__version__number")
        for key, name, number, rows in found.values_list(*names).annotate(Sum("rows")):
            yield Part(str(key), f"{name} v{number}", rows, self.action)

    def erase_part(self, key: str, subject: Subject, *, actor: Actor) -> int:
        """Write one file anew without the rows."""
        from . import rewriting

        version = rewriting.version_of(key)
        return rewriting.take_out(version, names_of(subject), actor=actor) if version is not None else 0

    def rehearse_part(self, key: str, subject: Subject, *, actor: Actor) -> int:
        """Take the person out of the index of a restored copy; the files are the portal's own and stay."""
        from . import rewriting

        version = rewriting.version_of(key)
        return rewriting.forget(version, names_of(subject)) if version is not None else 0

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """Write every file anew without the rows; an erasure with progress goes through ``parts``."""
        return sum(self.erase_part(part.key, subject, actor=actor) for part in list(self.parts(subject)))

    def exclude(self, subject: Subject, *, reference: str, actor: Actor) -> None:
        """Refuse rows of the person in later uploads, and training on data that holds any."""
        exclusion.exclude(subject, reference=reference, actor=actor)

    def restrict(self, subject: Subject, *, reference: str, objects: bool, actor: Actor) -> int:
        """Let nothing be trained on the rows, and nothing be promoted that was."""
        return restriction.restrict(subject, reference=reference)

    def lift_restriction(self, *, reference: str, actor: Actor) -> None:
        """Let the rows be used again."""
        restriction.lift(reference)

    def is_restricted(self, *, reference: str) -> bool:
        """Whether the rows are kept from use."""
        return restriction.stands(reference)

    def tell_owners(self, subject: Subject, *, reference: str) -> int:
        """Mail whoever owns a dataset with rows of the person that they are to be corrected in a new version."""
        return restriction.tell_owners(subject, reference)

    def influences(self, subject: Subject) -> Iterable[Influenced]:
        """Model versions that were trained on the rows."""
        return finding.influenced(subject)


@circumstance("automated_decisions")
def trained_models(subject: Subject) -> Iterator[Mapping[str, str]]:
    """The models that were trained on rows about the person."""
    for model in RegisteredModel.objects.filter(pk__in=finding.models_of(subject)).order_by("name")[:_MOST_MODELS]:
        yield explained(model, "Versions of it were trained on rows about you.")


exempt("people.RestrictedPerson", "A keyed digest alone, under the request, which is exported.")
exempt("people.ExcludedPerson", "A keyed digest alone, kept so that somebody who was erased does not come back.")
