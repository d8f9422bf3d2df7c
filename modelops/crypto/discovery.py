"""Which columns of the portal are encrypted in the database or hold blind indexes: found by their field type."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models

from .blind_index import BlindIndexField
from .columns import EncryptedTextField


@dataclass(frozen=True)
class Table:
    """A model and those of its fields that are asked about."""

    model: type[models.Model]
    fields: tuple[Any, ...]

    @property
    def label(self) -> str:
        """For people: "subjects.SubjectRequest"."""
        return self.model._meta.label

    @property
    def name(self) -> str:
        """The quoted name of the table."""
        return connection.ops.quote_name(self.model._meta.db_table)

    @property
    def key(self) -> str:
        """The quoted name of the primary key's column."""
        return connection.ops.quote_name(str(self.model._meta.pk.column))

    @property
    def key_type(self) -> str:
        """SQL type of the primary key."""
        return str(self.model._meta.pk.rel_db_type(connection))


def _tables(kind: type[models.Field]) -> list[Table]:
    found = []
    for model in apps.get_models():
        if model._meta.proxy or not model._meta.managed:
            continue
        fields = tuple(field for field in model._meta.local_concrete_fields if isinstance(field, kind))
        if fields:
            found.append(Table(model, fields))
    return found


def encrypted_tables() -> list[Table]:
    """Models with columns under pgcrypto."""
    return _tables(EncryptedTextField)


def indexed_tables() -> list[Table]:
    """Models with blind indexes."""
    return _tables(BlindIndexField)
