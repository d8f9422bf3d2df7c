"""What becomes of each column of the tables about people, in a bundle: decided column by column, by hand.

A provider names the fields that it exports, so that a column which is added later is in no bundle. Here somebody writes
down why: each column of each covered model stands under one reason in ``classified_columns.json``. A column that stands
nowhere fails the check: nobody has asked yet whether a person has a right to it.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Warning, register

from .providers import all_providers

Classification = Mapping[str, Mapping[str, list[str]]]

# Why a column stands in a bundle, or does not.
REASONS: Final = {
    "exported": "stands in a section of the bundle, also under another name or as part of a text",
    "link": "identifies the row or leads to another one; what it leads to is exported there, or is somebody else's",
    "secret": "opens, proves or finds something: digests, wrapped keys, sealed seeds and references, blind indexes",
    "upkeep": "how the portal works on the row: attempts, states and times of its own processing",
    "notes": "what the organisation wrote for itself while it handled the matter; the officer decides about them",
    "object": "says something of a model, dataset, rule or run, and nothing of the person who made it",
}
_FILE: Final = Path(__file__).with_suffix(".json")


def classification() -> Classification:
    """Columns by label of the model and reason."""
    return json.loads(_FILE.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def columns_of(model: Any) -> set[str]:
    """The names of all its own columns, with links of the kind many-to-many."""
    return {field.name for field in [*model._meta.concrete_fields, *model._meta.local_many_to_many]}


def covered_models() -> list[Any]:
    """The models whose rows a provider exports."""
    return [apps.get_model(label) for label in sorted({label for _, one in all_providers() for label in one.covers})]


def unclassified(models: Iterable[Any], classified: Classification) -> list[CheckMessage]:
    """Columns without a reason, with two, with an unknown one, and reasons for columns that do not exist."""
    faults: list[CheckMessage] = []
    for model in models:
        label, columns = model._meta.label, columns_of(model)
        told = [(column, reason) for reason, names in classified.get(label, {}).items() for column in names]
        said = [column for column, _ in told]
        wrong = {
            "stands in no class, so it is in no bundle": sorted(columns - set(said)),
            "is classified and does not exist": sorted(set(said) - columns),
            "stands in two classes": sorted({column for column in said if said.count(column) > 1}),
            "stands in a class that is unknown": sorted({column for column, reason in told if reason not in REASONS}),
        }
        faults += [
            Warning(
                f"{label}.{column} {says}.",
                hint=f"Put it under one of {', '.join(REASONS)} in compliance/subjects/{_FILE.name}; an exported one "
                "also into a section of its provider (personal_data.py).",
                id="modelops.W024",
            )
            for says, names in wrong.items()
            for column in names
        ]
    return faults


@register()
def check_columns(app_configs: Iterable[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every column of every covered model is classified."""
    return unclassified(covered_models(), classification())
