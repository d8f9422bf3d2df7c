"""Model fields sealed in the application: PostgreSQL never sees the value, and a list of them opens fast.

The column holds what `envelope.seal_value` made, bound to table, column and primary key. The primary key comes with the
value when it is selected, so that it is checked wherever the value goes: `values()`, joins, subqueries. The rotation
of the purpose FIELD finds these columns by itself.
"""

import uuid
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Value
from django.db.models.lookups import Exact
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.query import Query
from django.utils.functional import cached_property

from . import envelope
from .encrypted_column import EncryptedColumn, StoredValue, no_surrogates
from .json_values import JSONValues
from .protected import protect
from .purposes import Purpose

_UUID_BYTES = 16


class SealedColumn(EncryptedColumn):
    """Base of the fields below."""

    # --- what a value is -------------------------------------------------------------------------------------------
    def to_bytes(self, value: Any) -> bytes:
        """The bytes that are sealed for a Python value."""
        return no_surrogates(self.to_text(value), self)

    def from_bytes(self, data: bytes) -> Any:
        """The Python value of opened bytes."""
        return self.from_text(data.decode())

    def to_text(self, value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError(f"{self} takes text, not {type(value).__name__}.")
        return value

    def context(self, row: models.Model) -> bytes:
        """What a value of ``row`` is bound to: the place, and the primary key as `opened_sql` sends it."""
        prefix, key = self.binding_prefix, self.binding(row).removeprefix(self.binding_prefix)
        return prefix.encode() + (uuid.UUID(key).bytes if self.key_is_uuid else key.encode())

    @cached_property
    def key_is_uuid(self) -> bool:
        """Whether the primary key is a UUID, which travels as 16 bytes; others travel as text."""
        key = self.row_key
        while key.is_relation:
            key = key.target_field
        return key.get_internal_type() == "UUIDField"

    def seal(self, value: Any, row: models.Model) -> StoredValue:
        """``value`` as the column of ``row`` holds it. Raises KeysUnavailable."""
        return StoredValue(envelope.seal_value(self.to_bytes(value), purpose=Purpose.FIELD, context=self.context(row)))

    # --- rotation --------------------------------------------------------------------------------------------------
    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        if cls._meta.apps is apps and not cls._meta.abstract and not cls._meta.proxy:
            protect(cls._meta.label, name, purpose=Purpose.FIELD, context=self.context)

    # --- reading ---------------------------------------------------------------------------------------------------
    def opened_sql(self, stored: str, key: str, compiler: SQLCompiler) -> str:
        self._refuse_to_compare(compiler.query)
        if self.key_is_uuid:
            return f"uuid_send({key}) || {stored}"
        return f"convert_to({key}::text, 'UTF8') || '\\x00'::bytea || {stored}"

    def _refuse_to_compare(self, query: Query) -> None:
        """Raises FieldError where rows would be told apart by ciphertext, which differs for equal values."""
        grouped = query.group_by if isinstance(query.group_by, tuple) else ()
        chosen = [getattr(column, "target", None) for column in (*query.select, *grouped)]
        if self.row_key in chosen:
            return
        if self in [getattr(column, "target", None) for column in grouped]:
            raise FieldError(f"{self.name} is encrypted: rows cannot be grouped by it. Group in Python.")
        if query.distinct and not query.default_cols:
            raise FieldError(f"{self.name} is encrypted: distinct() cannot compare it. Compare in Python.")

    def get_db_converters(self, connection: BaseDatabaseWrapper) -> list[Any]:
        place = self.binding_prefix.removesuffix(":").encode()
        return [envelope.opener(Purpose.FIELD, place, self.from_bytes, _UUID_BYTES if self.key_is_uuid else None)]

    # --- writing ---------------------------------------------------------------------------------------------------
    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = getattr(model_instance, self.attname)
        if value is None or isinstance(value, StoredValue):
            return value
        self.refuse_expression(value)
        return self.seal(value, model_instance)

    def get_prep_value(self, value: Any) -> Any:
        return value

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        return value

    def get_placeholder(self, value: Any, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> str:
        """SQL around a parameter, which must have been sealed for its row."""
        self.refuse_stale_index(compiler)
        if value is None or isinstance(value, StoredValue):
            self.refuse_foreign_conflict(compiler)
            return "%s::bytea"
        if self.is_bulk_update(value):
            self._seal_cases(value)
            return "%s"
        self.refuse_expression(value)
        raise FieldError(
            f"{self.name} is sealed for one row at a time: set it on instances and use save(), bulk_create() or "
            "bulk_update(), not update(). A fixture holds the sealed value that dumpdata wrote."
        )

    def _seal_cases(self, value: Any) -> None:
        """Seal what ``bulk_update`` is about to write, each value for the row that its condition names."""
        case = value if hasattr(value, "cases") else value.get_source_expressions()[0]
        for when in case.cases:
            keys = [child.rhs for child in when.condition.children if isinstance(child, Exact)]
            if len(keys) != 1 or not isinstance(when.result, Value):
                raise FieldError(f"{self.name} is encrypted: set it to a value, not to an expression.")
            if when.result.value is not None and not isinstance(when.result.value, StoredValue):
                row = self.model(**{self.row_key.attname: keys[0]})
                when.result.value = self.seal(when.result.value, row)


class SealedTextField(SealedColumn, models.TextField):
    """Text sealed in the application."""

    description = "Text sealed in the application"

    # Called for every value of a list: no function of ours stands in between.
    from_bytes = staticmethod(bytes.decode)  # type: ignore[assignment]


class SealedBytesField(SealedColumn):
    """Bytes sealed in the application."""

    description = "Bytes sealed in the application"
    empty_values = [None, b""]

    def to_bytes(self, value: Any) -> bytes:
        if not isinstance(value, bytes | bytearray | memoryview):
            raise TypeError(f"{self} takes bytes, not {type(value).__name__}.")
        return bytes(value)

    def from_bytes(self, data: bytes) -> bytes:
        return data


class SealedJSONField(JSONValues, SealedColumn, models.TextField):
    """A JSON value sealed in the application."""

    description = "JSON sealed in the application"
