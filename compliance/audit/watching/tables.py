"""Watched tables in terms of the database: names of columns, of what counts as telling, and of the function."""

import hashlib
from dataclasses import dataclass
from typing import Final

from django.apps import apps
from django.db import models

from .declarations import Undeclarable, Watch

OF_TABLE: Final = "audit_watch_of_"


@dataclass(frozen=True)
class Watched:
    """A declaration with the names that the database uses."""

    table: str
    label: str
    key: str
    shown: tuple[str, ...]
    masked: tuple[str, ...]
    parents: tuple[str, ...]
    counts: tuple[str, ...]

    @property
    def arguments(self) -> list[str]:
        """What the trigger's function is given."""
        return [
            self.label,
            self.key,
            *(",".join(part) for part in (self.shown, self.masked, self.parents, self.counts)),
            ",".join(sorted([*self.shown, *(f"*{name}" for name in self.masked)], key=lambda name: name.lstrip("*"))),
        ]

    @property
    def function(self) -> str:
        """The function of its triggers."""
        return name_of(self.table)

    @property
    def mark(self) -> str:
        """Stands as the comment of each trigger, so that one that is as declared is left alone."""
        return "watched " + hashlib.sha256("\n".join([*self.arguments, self.function]).encode()).hexdigest()[:16]


def name_of(table: str) -> str:
    """The function of a table; names of PostgreSQL have 63 bytes."""
    name = OF_TABLE + table
    return name if len(name) <= 63 else f"{name[:46]}_{hashlib.sha256(table.encode()).hexdigest()[:16]}"


def model_of(label: str) -> type[models.Model]:
    """The model of a label; "accounts.User.groups" is the table behind a many-to-many field."""
    if label.count(".") == 2:
        model, _, field = label.rpartition(".")
        through: type[models.Model] = apps.get_model(model)._meta.get_field(field).remote_field.through
        return through
    return apps.get_model(label)


def resolve(watch: Watch) -> Watched:
    """The declaration in terms of the database. Refuses a column that the model does not have."""
    model = model_of(watch.label)
    fields = {field.name: field for field in model._meta.local_concrete_fields}
    fields |= {field.attname: field for field in model._meta.local_concrete_fields}
    if unknown := [name for name in (*watch.shown, *watch.masked) if name not in fields]:
        raise Undeclarable(f"{watch.label} has no column {', '.join(unknown)}.")
    parents = [field for field in model._meta.local_concrete_fields if field.related_model is not None]
    about = [model._meta.label_lower, *(str(field.related_model._meta.label_lower) for field in parents)]  # type: ignore[union-attr]
    return Watched(
        table=model._meta.db_table,
        label=model._meta.label_lower,
        key=str(model._meta.pk.column),
        shown=tuple(str(fields[name].column) for name in watch.shown),
        masked=tuple(str(fields[name].column) for name in watch.masked),
        parents=tuple(str(field.column) for field in parents),
        counts=tuple(dict.fromkeys([*about, *(label.lower() for label in watch.recorded_about)])),
    )
