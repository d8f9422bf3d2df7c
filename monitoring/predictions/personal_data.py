"""What predictions keep about people: whom a row is about, and its features."""

import uuid
from collections.abc import Iterator, Mapping

from django.db.models import Q, QuerySet

from compliance.audit import Actor
from compliance.subjects.circumstances import circumstance
from compliance.subjects.mentions import free_text
from compliance.subjects.mentions.words import ERASED
from compliance.subjects.providers import ExportedRow, PersonalDataProvider, Section, Subject, exempt, providers
from compliance.subjects.rights.contract import Decided
from registry.cards.explaining import explained
from registry.models import RegisteredModel

from . import features
from .models import GroundTruth, Prediction
from .restricting import compute_anew, restrict_rows, use_again

_SHOWN = 200


@providers.register("predictions.rows")
class Predictions(PersonalDataProvider):
    """Rows whose sender named the person, by reference or by address."""

    label = "Predictions about you"
    action = "anonymise"
    order = 30
    covers = frozenset({"predictions.Prediction", "predictions.FeatureBlock"})
    sections = (
        Section(
            "predictions.rows",
            "Predictions about you",
            {
                "model": "The model and its version",
                "at": "When it was asked",
                "key": "The sender's number of the prediction",
                "prediction": "What it predicted",
                "probability": "How sure it was",
                "features": "What it was told about you",
            },
            source="whoever runs the model, by sending its predictions",
        ),
    )

    def find(self, subject: Subject) -> int:
        """How many predictions name the person."""
        return _about(subject).count()

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        """One row a prediction, with what the model was told."""
        rows = _about(subject).select_related("stream__model").order_by("batch_id", "position")
        opened: tuple[uuid.UUID | None, features.Columns] = (None, {})
        for row in rows.iterator():
            if opened[0] != row.batch_id:
                opened = row.batch_id, features.of_batch(row.batch_id)
            predicted = row.label if row.number is None else row.number
            yield ExportedRow(
                "predictions.rows",
                {
                    "model": str(row.stream),
                    "at": row.at,
                    "key": row.key,
                    "prediction": predicted,
                    "probability": row.probability,
                    "features": features.told(opened[1], row.position),
                },
            )

    def decisions(self, subject: Subject) -> Iterator[Decided]:
        """The newest answers of models about the person."""
        rows = _about(subject).select_related("stream__model").order_by("-at")[:_SHOWN]
        for row in rows:
            yield Decided(f"{row.batch_id}:{row.position}", f"{row.stream}, {row.at:%Y-%m-%d %H:%M} UTC")

    def restrict(self, subject: Subject, *, reference: str, objects: bool, actor: Actor) -> int:
        """Leave the rows out of every figure. They are no datasets, which is what the count is of."""
        restrict_rows(_about(subject), reference)
        return 0

    def lift_restriction(self, *, reference: str, actor: Actor) -> None:
        """Use the rows again, but those that another request restricts as well."""
        use_again(reference)

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """Remove the features and every link to the person; what was predicted stays as a number of nobody."""
        rows = _about(subject)
        keys = list(rows.values_list("pk", flat=True))
        places: dict[uuid.UUID, list[int]] = {}
        for batch_id, position in rows.values_list("batch_id", "position").order_by("batch_id"):
            places.setdefault(batch_id, []).append(position)
        for batch_id, positions in places.items():
            features.forget(batch_id, positions)
        for model_id, key in set(rows.exclude(key="").values_list("stream__model_id", "key")):
            # The sender's number would lead back to the person; the label still finds its prediction under another.
            another = uuid.uuid4().hex
            Prediction.objects.filter(stream__model=model_id, key=key).update(key=another)
            GroundTruth.objects.filter(model=model_id, key=key).update(key=another)
        erased = Prediction.objects.filter(pk__in=keys)
        erased.filter(label__in=_names(subject)).update(label=ERASED)
        # What is nobody's any more may be counted again.
        compute_anew(erased.exclude(restricted_by=None))
        return erased.update(subject=None, subject_index=None, restricted_by=None)


def _about(subject: Subject) -> "QuerySet[Prediction]":
    named = _names(subject)
    # A sender may use what it calls the person as the number of the prediction.
    return Prediction.objects.filter(Q(subject_index__in=named) | Q(key__in=named))


def _names(subject: Subject) -> list[str]:
    return [text for text in (subject.email, subject.ref) if text]


@circumstance("automated_decisions")
def deciding_models(subject: Subject) -> Iterator[Mapping[str, str]]:
    """The models that were asked about the person."""
    asked = _about(subject).order_by().values_list("stream__model_id", flat=True).distinct()
    for model in RegisteredModel.objects.filter(pk__in=list(asked)).order_by("name"):
        yield explained(model, "It was asked about you; its answers are among the data.")


exempt(
    "predictions.PredictionBatch", "It names a model, counts rows and has places and keyed digests of those set aside."
)
exempt("predictions.GroundTruth", "It names a prediction by the sender's number, which is taken from it on erasure.")
exempt("predictions.Stream", "It holds totals.")
exempt("predictions.Window", "It holds sums of an hour; groups under 30 rows are not shown.")
exempt("predictions.FeatureSchema", "It describes columns.")
exempt("predictions.GroupPolicy", "It names columns.")
free_text("predictions.GroundTruth", exact=["label", "key"])
