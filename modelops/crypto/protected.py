"""What the keys of the ring protect. An app names its sealed columns in its ``sealed_data.py``, found by name.

Rotation, the inventory page and the gate before a key is destroyed see exactly what is named here; columns of
`EncryptedTextField` and `BlindIndexField` are found by themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from .models import KeyVersion
from .purposes import Purpose

Context = Callable[[Any], bytes]
Needing = Callable[[KeyVersion], "models.QuerySet[Any]"]


@dataclass(frozen=True)
class SealedField:
    """A ``BinaryField`` that holds what `envelope.seal` made; ``context(row)`` is what it was sealed for."""

    model: str
    field: str
    purpose: Purpose
    context: Context
    runs_out: str = ""
    version_field: str = ""
    batch: int = 500

    @property
    def label(self) -> str:
        """For people: "registry.Artifact.wrapped_key"."""
        return f"{self.model}.{self.field}"

    def model_class(self) -> type[models.Model]:
        """The model itself."""
        return apps.get_model(self.model)


@dataclass(frozen=True)
class Digests:
    """Keyed digests of what only their holders know, so that no rotation can compute them anew: they run out."""

    label: str
    purpose: Purpose
    needing: Needing
    runs_out: str


_fields: dict[tuple[str, str], SealedField] = {}
_digests: dict[str, Digests] = {}


def protect(
    model: str,
    field: str,
    *,
    purpose: Purpose,
    context: Context,
    runs_out: str = "",
    version_field: str = "",
    batch: int = 500,
) -> None:
    """Say that ``model.field`` is sealed under the ring, so that it moves to the new key when ``purpose`` is rotated.

    ``model`` is "app.Model". ``runs_out`` says why its rows are left alone by a rotation and when they end.
    ``version_field`` names a column that shows the version of the key. ``batch`` is how many rows are moved in one
    transaction: few where a value is large. Raises ValueError when the field is named twice.
    """
    if (model, field) in _fields:
        raise ValueError(f"{model}.{field} is named twice.")
    _fields[model, field] = SealedField(model, field, purpose, context, runs_out, version_field, batch)


def protect_digests(label: str, *, purpose: Purpose, needing: Needing, runs_out: str) -> None:
    """Say that rows are found by digests under the ring; ``needing(key)`` are those that would be lost with ``key``."""
    if label in _digests:
        raise ValueError(f"{label} is named twice.")
    _digests[label] = Digests(label, purpose, needing, runs_out)


def sealed_fields(purpose: Purpose | None = None) -> list[SealedField]:
    """Every named field, or those of one purpose."""
    return [field for field in _fields.values() if purpose is None or field.purpose == purpose]


def digests(purpose: Purpose | None = None) -> list[Digests]:
    """Every named kind of digest, or those of one purpose."""
    return [found for found in _digests.values() if purpose is None or found.purpose == purpose]
