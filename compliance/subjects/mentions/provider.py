"""Texts that name the person, wherever somebody wrote them: shown to the person, and their name taken out."""

from collections.abc import Iterable, Iterator
from typing import Final

from django.apps import apps
from django.db import connection
from django.db.models import Model, UniqueConstraint

from compliance.audit import Actor, record

from ..providers import ExportedRow, Part, PersonalDataProvider, Section, Subject, providers
from .audit_events import TEXT_ERASED
from .declaring import declared
from .searching import rows_naming
from .words import Words, texts_of

_SWITCH: Final = "modelops.erasing_text"
_SHOWN: Final = 2000
"""Characters of a text that the person is shown: what else it tells can be about others."""


@providers.register("portal.mentions")
class Mentions(PersonalDataProvider):
    """The declared columns of free text. What a text says beside the name stays."""

    label = "Texts that name you"
    action = "rewrite"
    order = 60
    covers = frozenset({"registers.Incident", "registers.Breach", "registers.RegisterItem"})
    sections = (
        Section(
            "portal.mentions",
            "Texts that name you",
            {"what": "What kind of thing it belongs to", "id": "Its number", "column": "Where", "text": "What it says"},
            source="whoever wrote it",
        ),
    )

    def find(self, subject: Subject) -> int:
        """How many rows name the person."""
        return sum(part.rows for part in self.parts(subject))

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        """One row for each column that names the person, with the texts in it that do."""
        words = Words.of(subject)
        for texts in declared().values():
            for row, columns in rows_naming(texts, words):
                said = [text for name in columns for text in texts_of(getattr(row, name)) if words.are_in(text)]
                fields = {"what": str(row._meta.verbose_name), "id": str(row.pk), "column": ", ".join(columns)}
                yield ExportedRow("portal.mentions", {**fields, "text": "\n".join(said)[:_SHOWN]})

    def parts(self, subject: Subject) -> Iterable[Part]:
        """Each model with rows that name the person."""
        words = Words.of(subject)
        for label, texts in declared().items():
            rows = sum(1 for _ in rows_naming(texts, words))
            if rows:
                name = str(apps.get_model(label)._meta.verbose_name)
                yield Part(label, f"{self.label}: {name}", rows, self.action)

    def erase_part(self, key: str, subject: Subject, *, actor: Actor) -> int:
        """Write ``[erased]`` in place of the name in each row of one model."""
        words, texts = Words.of(subject), declared()[key]
        found = 0
        for row, columns in rows_naming(texts, words):
            for name in columns:
                setattr(row, name, _without(row, name, words))
            _allow(row)
            row.save(update_fields=list(columns))
            record(TEXT_ERASED, row, actor=actor, columns=", ".join(columns))
            found += 1
        return found

    def erase(self, subject: Subject, *, actor: Actor) -> int:
        """All of them; an erasure with progress goes through ``parts``."""
        return sum(self.erase_part(part.key, subject, actor=actor) for part in list(self.parts(subject)))


def _allow(row: Model) -> None:
    """What is written once lets an erasure change its text: one row, in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [_SWITCH, str(row.pk)])


def _without(row: Model, name: str, words: Words) -> object:
    field = row._meta.get_field(name)
    left = words.taken_out(getattr(row, name))
    if isinstance(left, str):
        if _is_unique(row, name):
            left = f"{left} {str(row.pk).replace('-', '')[-12:]}"
        if field.max_length is not None:
            left = left[: field.max_length]
    return left


def _is_unique(row: Model, name: str) -> bool:
    constraints = [each for each in row._meta.constraints if isinstance(each, UniqueConstraint)]
    return row._meta.get_field(name).unique or any(name in each.fields for each in constraints)
