"""Documents made of a card: neutral of form, so that Markdown, HTML, JSON and the page say the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .fields import FIELDS, SECTIONS, Field, required_fields

WRITTEN, KNOWN, MISSING, LEFT_OUT = "written", "known", "missing", "left out"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a document. ``state``: written in the card, known by the portal, missing, or left out as optional."""

    key: str
    label: str
    state: str
    text: str = ""
    groups: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with its entries. It is filled when nothing that is asked for is missing."""

    heading: str
    entries: list[Entry]
    number: int | None = None

    @property
    def missing(self) -> list[str]:
        """Labels of what is missing."""
        return [entry.label for entry in self.entries if entry.state == MISSING]

    @property
    def is_filled(self) -> bool:
        return not self.missing

    @property
    def is_empty(self) -> bool:
        """Nothing is written, and nothing of it is asked for."""
        return all(entry.state == LEFT_OUT for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Document:
    """A title, a few facts about it, and its parts."""

    title: str
    facts: list[tuple[str, str]]
    parts: list[Part]

    @property
    def filled(self) -> int:
        """How many headings are filled."""
        return sum(part.is_filled for part in self.parts)


def written_entry(field: Field, content: Mapping[str, Any], required: frozenset[str]) -> Entry:
    """What the card says in ``field``."""
    said = content.get(field.key)
    if not said:
        return Entry(field.key, field.label, MISSING if field.key in required else LEFT_OUT)
    if field.kind == "groups":
        return Entry(field.key, field.label, WRITTEN, groups=list(said))
    return Entry(field.key, field.label, WRITTEN, text=str(said))


def card_document(title: str, facts: list[tuple[str, str]], content: Mapping[str, Any], risk_class: str) -> Document:
    """The card by its sections."""
    required = frozenset(field.key for field in required_fields(risk_class))
    parts = [
        Part(section, [written_entry(field, content, required) for field in FIELDS if field.section == section])
        for section in SECTIONS
    ]
    return Document(title, facts, parts)


# The nine points of Annex IV to Regulation (EU) 2024/1689, shortened to headings.
HEADINGS: Final = (
    "General description of the AI system",
    "Elements of the AI system and process of its development",
    "Monitoring, functioning and control of the AI system",
    "Appropriateness of the performance metrics",
    "Risk management system (Article 9)",
    "Relevant changes through the lifecycle",
    "Harmonised standards applied, or other solutions",
    "EU declaration of conformity (Article 47)",
    "Post-market monitoring system and plan (Article 72)",
)


def annex_document(
    title: str, facts: list[tuple[str, str]], content: Mapping[str, Any], known: Mapping[int, list[tuple[str, str]]]
) -> Document:
    """The skeleton of the technical documentation: every heading, with what is written, known and missing.

    Measured against what a high-risk system needs, whatever the model is classed as.
    """
    required = frozenset(field.key for field in required_fields("high"))
    parts = []
    for number, heading in enumerate(HEADINGS, start=1):
        entries = [Entry("", label, KNOWN, text) for label, text in known.get(number, [])]
        entries += [written_entry(field, content, required) for field in FIELDS if field.annex == number]
        parts.append(Part(heading, entries, number))
    return Document(title, facts, parts)
