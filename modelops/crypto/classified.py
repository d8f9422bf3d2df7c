"""Columns that hold what must not be readable in the database, and whether each is encrypted.

An app tags such a column in its ``sealed_data.py`` with `sensitive`. What is encrypted already counts too. A tagged
column that is stored in clear stops the start with a system check.
"""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import FieldDoesNotExist

from .encrypted_column import EncryptedColumn
from .protected import sealed_fields

_tagged: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Classified:
    """One column: "registers.Consent.subject", why it is sensitive, and whether it is encrypted or sealed."""

    column: str
    why: str
    is_encrypted: bool
    is_there: bool = True


def sensitive(column: str, why: str) -> None:
    """Tag a column, named as "app.Model.column"."""
    if _tagged.get(column, why) != why:
        raise ValueError(f"The column {column!r} is tagged twice.")
    _tagged[column] = why


def classified() -> list[Classified]:
    """Every tagged column, and every column that is encrypted without a tag."""
    sealed = {one.label for one in sealed_fields()}
    encrypted = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, EncryptedColumn)
    }
    rows = [_one(column, why, sealed) for column, why in _tagged.items()]
    rows += [Classified(column, "encrypted", True) for column in (sealed | encrypted) - _tagged.keys()]
    return sorted(rows, key=lambda row: row.column)


def _one(column: str, why: str, sealed: set[str]) -> Classified:
    label, _, name = column.rpartition(".")
    try:
        field = apps.get_model(label)._meta.get_field(name)
    except (LookupError, ValueError, FieldDoesNotExist):
        return Classified(column, why, is_encrypted=False, is_there=False)
    return Classified(column, why, isinstance(field, EncryptedColumn) or column in sealed)


@register(Tags.security)
def check_classified(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What is tagged as sensitive is encrypted."""
    found: list[CheckMessage] = []
    for row in classified():
        if row.is_encrypted:
            continue
        says = "is stored in clear" if row.is_there else "does not exist"
        found.append(
            Error(
                f"{row.column} is tagged as sensitive ({row.why}) and {says}.",
                hint="Make it an EncryptedTextField or EncryptedJSONField, or seal it and name it with protect().",
                id="modelops.E016",
            )
        )
    return found
