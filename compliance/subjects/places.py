"""Where a person is known, by a count in each app, and which models were trained on their data."""

from dataclasses import dataclass, field

from compliance.audit import Actor, record

from . import audit_events as events
from .models import SubjectRequest
from .providers import Influenced, Part, PersonalDataProvider, identify, in_order_of_erasure

SHOWN_MODELS = 500


@dataclass(slots=True)
class Place:
    """One app's rows, with its files where they lie in files."""

    data_class: str
    label: str
    rows: int
    parts: list[Part] = field(default_factory=list)


@dataclass(slots=True)
class Places:
    """Everything that is known of a person."""

    places: list[Place] = field(default_factory=list)
    models: list[Influenced] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """Rows of all places together."""
        return sum(place.rows for place in self.places)

    @property
    def shown_models(self) -> list[Influenced]:
        """The first of the models, for a page."""
        return self.models[:SHOWN_MODELS]


def find(request: SubjectRequest) -> Places:
    """Ask every provider; nothing but counts and names of things is read."""
    subject = identify(request.subject)
    found = Places()
    for key, provider in in_order_of_erasure():
        if rows := provider.find(subject):
            in_files = type(provider).parts is not PersonalDataProvider.parts
            parts = list(provider.parts(subject)) if in_files else []
            found.places.append(Place(key, provider.label, rows, parts))
        found.models.extend(provider.influences(subject))
    return found


def show(request: SubjectRequest, *, actor: Actor) -> Places:
    """The same for a person to read: the ledger has its row first, in the caller's transaction."""
    found = find(request)
    record(
        events.PLACES_SHOWN,
        request,
        actor=actor,
        reference=request.reference,
        rows=found.rows,
        models=len(found.models),
    )
    return found
