"""What the keys of the ring protect. An app names its sealed columns in its ``sealed_data.py``, found by name.

Rotation, the inventory page and the gate before a key is destroyed see exactly what is named here; columns of
`EncryptedTextField` and `BlindIndexField` are found by themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.apps import apps
from django.db import models

from .purposes import Purpose

Context = Callable[[models.Model], bytes]


@dataclass(frozen=True)
class SealedField:
    """A ``BinaryField`` that holds what `envelope.seal` made; ``context(row)`` is what it was sealed for."""

    model: str
    field: str
    purpose: Purpose
    context: Context

    @property
    def label(self) -> str:
        """For people: "registry.Artifact.wrapped_key"."""
        return f"{self.model}.{self.field}"

    def model_class(self) -> type[models.Model]:
        """The model itself."""
        return apps.get_model(self.model)


_fields: dict[tuple[str, str], SealedField] = {}


def protect(model: str, field: str, *, purpose: Purpose, context: Context) -> None:
    """Say that ``model.field`` is sealed under the ring, so that it moves to the new key when ``purpose`` is rotated.

    ``model`` is "app.Model". Raises ValueError when the field is named twice.
    """
    if (model, field) in _fields:
        raise ValueError(f"{model}.{field} is named twice.")
    _fields[model, field] = SealedField(model, field, purpose, context)


def sealed_fields(purpose: Purpose | None = None) -> list[SealedField]:
    """Every named field, or those of one purpose."""
    return [field for field in _fields.values() if purpose is None or field.purpose == purpose]
