"""Exact search in encrypted columns: a keyed digest of the value in a column of its own."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from django.db import models

from .keyed import keyed_digest, keyed_digests
from .purposes import Purpose


def normalise(value: str) -> str:
    """The form in which values are compared: Unicode NFKC, case folded, without outer blanks."""
    return unicodedata.normalize("NFKC", value).strip().casefold()


def blind_index(column: str, value: str) -> bytes:
    """The digest (32 bytes) of ``value`` for ``column``, named ``app.model.field``. Raises KeysUnavailable."""
    return keyed_digest(Purpose.BLIND_INDEX, column.encode(), normalise(value).encode())


def blind_indexes(column: str, value: str) -> list[bytes]:
    """The digests under every key still readable: filter with ``field__in`` so that rows of an older key are found."""
    return keyed_digests(Purpose.BLIND_INDEX, column.encode(), normalise(value).encode())


class BlindIndexField(models.BinaryField):
    """Keeps the blind index of the field named by ``source`` on each save. None and empty text have no index."""

    description = "Blind index of an encrypted column"

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        self.source = source
        kwargs.setdefault("null", True)
        kwargs.setdefault("db_index", True)
        kwargs["max_length"] = 32
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs["source"] = self.source
        kwargs.pop("max_length", None)
        return name, path, args, kwargs

    @property
    def column_name(self) -> str:
        return f"{self.model._meta.label_lower}.{self.source}"

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes | None:
        value = getattr(model_instance, self.source)
        index = blind_index(self.column_name, value) if value else None
        setattr(model_instance, self.attname, index)
        return index
