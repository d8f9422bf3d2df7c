"""The closed vocabulary of the ledger: each app declares its events in ``audit_events.py``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Literal

from .vocabulary.classes import NOWHERE, Place, place_of

Category = Literal["security", "data", "model", "system", "privacy"]
_NAME = re.compile(r"[a-z_]+(\.[a-z_]+){2}")


@dataclass(frozen=True)
class EventClass:
    """One kind of event: ``app.object.past_tense_verb``, a sentence and the details that it must carry.

    ``ocsf`` is the class and activity of the Open Cybersecurity Schema Framework that it is exported as.
    """

    name: str
    sentence: str
    details: tuple[str, ...]
    category: Category
    ocsf: str = ""

    @property
    def place(self) -> Place:
        """Class and activity of OCSF; that of no class for an event which names none."""
        return place_of(self.ocsf) if self.ocsf else NOWHERE

    def describe(self, details: Mapping[str, Any]) -> str:
        """The sentence with the details filled in; a detail that an old row lacks stands as a dash."""
        return self.sentence.format_map({name: details.get(name, "–") for name in self.details})


_classes: dict[str, EventClass] = {}


def define(name: str, sentence: str, *details: str, category: Category, ocsf: str = "") -> EventClass:
    """Declare an event. Refuses a second one of the name and a sentence that uses an undeclared detail.

    ``ocsf`` names a class and activity of `vocabulary.classes`, as "entity.create"; the suite asks every app for one.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not app.object.past_tense_verb.")
    used = {part for _, part, _, _ in Formatter().parse(sentence) if part}
    if used - set(details):
        raise ValueError(f"{name}: the sentence uses undeclared details: {', '.join(sorted(used - set(details)))}.")
    if ocsf:
        place_of(ocsf)
    event = EventClass(name, sentence, details, category, ocsf)
    if _classes.get(name, event) != event:
        raise ValueError(f"{name} is defined already.")
    _classes[name] = event
    return event


def event_classes() -> dict[str, EventClass]:
    """All declared events by name."""
    return dict(_classes)
