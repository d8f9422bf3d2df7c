"""Exact search in encrypted columns: a keyed digest of the value in a column of its own."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet, FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Exact, In, IsNull
from django.db.models.query_utils import DeferredAttribute
from django.db.models.sql.compiler import SQLCompiler

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


class PendingIndex:
    """Stands on an instance for the index of a value that was set since; the digest is made when it is written."""

    def __init__(self, value: str) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "<PendingIndex>"


class SourceAttribute:
    """The source of a blind index on an instance: setting it makes the index that was loaded obsolete."""

    def __init__(self, attribute: DeferredAttribute, index: "BlindIndexField") -> None:
        self.attribute = attribute
        self.index = index

    def __get__(self, instance: models.Model | None, cls: type | None = None) -> Any:
        if instance is None:
            return self
        name = self.attribute.field.attname
        return instance.__dict__[name] if name in instance.__dict__ else self.attribute.__get__(instance, cls)

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.attribute.field.attname] = value
        instance.__dict__[self.index.attname] = PendingIndex(value) if value and isinstance(value, str) else None


class IndexAttribute(DeferredAttribute):
    """The index on an instance: what was loaded, or that it waits to be made from the text that was set."""

    def __get__(self, instance: Any, cls: type | None = None) -> Any:
        if instance is not None and self.field.attname in instance.__dict__:
            return instance.__dict__[self.field.attname]
        return super().__get__(instance, cls)

    def __set__(self, instance: models.Model, value: Any) -> None:
        held = instance.__dict__.get(self.field.attname)
        if value is None and isinstance(held, PendingIndex):
            return  # the default of a new instance does not undo what its text asks for
        instance.__dict__[self.field.attname] = value


class BlindExact(Exact):
    """``filter(email_index="ada@example.org")``: the whole text, found under every key that may still be read."""

    def get_prep_lookup(self) -> Any:
        if isinstance(self.rhs, str):
            return tuple(self.lhs.output_field.digests(self.rhs))
        return super().get_prep_lookup()

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        if not isinstance(self.rhs, tuple):
            return super().as_sql(compiler, connection)
        if not self.rhs:
            raise EmptyResultSet
        column, params = self.process_lhs(compiler, connection)
        if len(self.rhs) == 1:
            return f"{column} = %s", [*params, self.rhs[0]]
        return f"{column} = ANY(%s)", [*params, list(self.rhs)]


class BlindIn(In):
    """``filter(email_index__in=[…])`` with texts, digests or both."""

    def get_prep_lookup(self) -> Any:
        if not hasattr(self.rhs, "as_sql") and self.rhs is not None:
            self.rhs = list(self._expanded(self.rhs))
        return super().get_prep_lookup()

    def _expanded(self, values: Iterable[Any]) -> Iterator[Any]:
        for value in values:
            yield from self.lhs.output_field.digests(value) if isinstance(value, str) else [value]


_LOOKUPS = {"exact": BlindExact, "in": BlindIn, "isnull": IsNull}


class BlindIndexField(models.BinaryField):
    """Keeps the blind index of the field named by ``source`` on each save. None and empty text have no index.

    A ``str`` given to it is the text to be found or indexed; ``bytes`` are a digest as it is stored.
    """

    description = "Blind index of an encrypted column"
    descriptor_class = IndexAttribute

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
    def indexes_source(self) -> str:
        """Name of the field that this one makes searchable."""
        return self.source

    @property
    def column_name(self) -> str:
        return f"{self.model._meta.label_lower}.{self.source}"

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        models.signals.class_prepared.connect(self._watch_source, sender=cls)

    def _watch_source(self, sender: type[models.Model], **kwargs: Any) -> None:
        attribute = sender.__dict__.get(self.source)
        if isinstance(attribute, DeferredAttribute):
            setattr(sender, self.source, SourceAttribute(attribute, self))

    def digest(self, value: str) -> bytes | None:
        """The index of ``value`` under the active key; None for an empty text."""
        return blind_index(self.column_name, value) if value else None

    def digests(self, value: str) -> list[bytes]:
        """The indexes of ``value`` under every readable key."""
        return blind_indexes(self.column_name, value) if value else []

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes | None:
        value = getattr(model_instance, self.source)
        if value and not isinstance(value, str):
            return getattr(model_instance, self.attname)  # a fixture: both come as they were stored
        index = self.digest(value)
        setattr(model_instance, self.attname, index)
        return index

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, PendingIndex):
            return self.digest(value.value)
        return self.digest(value) if isinstance(value, str) else super().get_prep_value(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name in _LOOKUPS:
            return _LOOKUPS[lookup_name]
        raise FieldError(
            f"{self.name} is a blind index: it finds the whole value and answers no {lookup_name!r}. "
            "A part of an encrypted text cannot be searched."
        )

    def get_transform(self, lookup_name: str) -> None:
        return None
