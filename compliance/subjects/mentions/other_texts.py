"""Columns that hold text and are not looked through for names of people, each with the reason, decided by hand.

What anybody may write stands in a ``free_text`` of its app. A column of text that stands in neither fails a test:
nobody has asked yet whether it can name somebody.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.db import models

from modelops.crypto.encrypted_column import EncryptedColumn

from .declaring import Texts

# Why nobody looks for names of people there.
REASONS: Final = {
    "facts": "measured, counted or read from a file or another system; people of a dataset are found by its subject "
    "column, and files are written anew",
    "messages": "what the portal itself says about its work",
    "notes": "what the organisation wrote down about its own decisions; the officer decides about them",
    "proof": "signed, sealed, or told apart by a digest: another text is no longer what it proves",
    "provider": "a provider finds the person here and erases it",
    "published": "copied from something that was published to everybody",
    "references": "identifiers, digests and names of things of the portal",
    "settings": "places, columns, rules and keys that were set up",
}
SHORTEST: Final = 200
"""Of a column with a length: a shorter one holds a name or a word, no text."""

_FILE: Final = Path(__file__).with_suffix(".json")


def other_texts() -> Mapping[str, Mapping[str, list[str]]]:
    """Columns by label of the model and reason."""
    return json.loads(_FILE.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def holds_text(field: Any) -> bool:
    """Whether somebody could write a sentence into the column."""
    if field.choices or field.is_relation:
        return False
    if isinstance(field, models.CharField):
        return field.max_length is None or field.max_length >= SHORTEST
    return isinstance(field, models.TextField | models.JSONField | EncryptedColumn)


def undecided(
    found: Iterable[Any], searched: Mapping[str, Texts], others: Mapping[str, Mapping[str, list[str]]]
) -> list[str]:
    """Columns of text of which nothing is said, and what is said twice, for no known reason or of no such column."""
    faults: list[str] = []
    for model in found:
        label = model._meta.label
        columns = {field.name for field in model._meta.concrete_fields if holds_text(field)}
        texts = searched.get(label)
        named = [*texts.searched, *texts.exact] if texts else []
        told = [(name, reason) for reason, names in others.get(label, {}).items() for name in names]
        said = [*named, *(name for name, _ in told)]
        faults += [f"{label}.{name} holds text" for name in sorted(columns - set(said))]
        faults += [f"{label}.{name} holds no text" for name, _ in told if name not in columns]
        faults += [f"{label}.{name} is decided twice" for name in sorted(set(said)) if said.count(name) > 1]
        faults += [f"{label}.{name}: {reason!r} is no reason" for name, reason in told if reason not in REASONS]
    return faults


def all_undecided(searched: Mapping[str, Texts]) -> list[str]:
    """Of every model that is installed, and of labels that are none."""
    known, others = list(apps.get_models(include_auto_created=True)), other_texts()
    gone = sorted({*others, *searched} - {model._meta.label for model in known})
    return [*undecided(known, searched, others), *(f"{label} is no model" for label in gone)]
