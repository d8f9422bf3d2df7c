"""What every encrypted column has in common: bound to its row, opened by SELECT alone, compared with nothing."""

import base64
from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.core.exceptions import FieldError
from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.constants import OnConflict
from django.db.models.expressions import Case, Col, F
from django.db.models.functions import Cast
from django.db.models.lookups import Exact, IsNull
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.subqueries import InsertQuery, UpdateQuery
from django.utils.functional import cached_property

from modelops.lib.errors import Invalid

from .session_keys import NOT_COMPARABLE

DUMPED = "sealed:"
_KEY_KINDS = {"UUIDField", "CharField", "SlugField", "IntegerField", "BigIntegerField", "SmallIntegerField"}


class StoredValue(bytes):
    """A value as the column holds it: sealed. Written as it is; only its own row will open it."""


class EncryptedCol(Col):
    """The column in a query. Selected it is opened; anywhere else it stands in a call that no query survives."""

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        sql, params = super().as_sql(compiler, connection)
        return f"{NOT_COMPARABLE}{sql})", params

    def stored(self, compiler: SQLCompiler) -> tuple[str, Any]:
        """SQL of the column as it is stored."""
        return super().as_sql(compiler, compiler.connection)

    def select_format(self, compiler: SQLCompiler, sql: str, params: Any) -> tuple[str, Any]:
        stored, params = self.stored(compiler)
        names = [self.alias] if self.alias else []
        target: Any = self.target
        key = ".".join(map(compiler.quote_name_unless_alias, [*names, target.row_key.column]))
        return target.opened_sql(stored, key, compiler), params


class Stored(F):
    """In ``annotate()``: the column as it is stored, for rotation and dumps. Works for plain binary columns as well."""

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        found = super().resolve_expression(*args, **kwargs)
        return StoredCol(found.alias, found.target) if isinstance(found, EncryptedCol) else found


class StoredCol(Col):
    """The column past the field: bytes in, bytes out."""

    def __init__(self, alias: str, target: models.Field, output_field: models.Field | None = None) -> None:
        super().__init__(alias, target, models.BinaryField())

    def get_db_converters(self, connection: BaseDatabaseWrapper) -> list[Any]:
        return []


class StoredIsNull(IsNull):
    """Asks the column itself, so that nothing needs to be opened."""

    def process_lhs(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, lhs: Any = None) -> tuple[str, Any]:
        column = lhs or self.lhs
        if isinstance(column, EncryptedCol):
            return column.stored(compiler)
        return super().process_lhs(compiler, connection, lhs)


class OnlyNone(Exact):
    """``filter(field=None)``, which Django makes an ``isnull`` of; every other value is refused."""

    def get_prep_lookup(self) -> Any:
        if self.rhs is not None:
            raise FieldError(_not_searchable(self.lhs.output_field, "exact"))
        return None


_LOOKUPS = {"isnull": StoredIsNull, "exact": OnlyNone}


def _not_searchable(field: models.Field, lookup_name: str) -> str:
    return (
        f"{field.name} is encrypted and cannot be searched by {lookup_name!r}; put a BlindIndexField beside it and "
        "filter by that one, with the whole value."
    )


class EncryptedColumn(models.Field):
    """Base of encrypted fields. The column is ``bytea``; see docs/reference/encrypted-values.md for its formats."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        if self.editable:
            kwargs["editable"] = True
        else:
            kwargs.pop("editable", None)
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "BinaryField"

    # --- what a value is -------------------------------------------------------------------------------------------
    def to_text(self, value: Any) -> str:
        """The text that is sealed for a Python value."""
        raise NotImplementedError

    def from_text(self, text: str) -> Any:
        """The Python value of an opened text."""
        return text

    # --- where it belongs ------------------------------------------------------------------------------------------
    @cached_property
    def row_key(self) -> Any:
        """The primary key of the row that holds the column."""
        return self.model._meta.pk

    @property
    def binding_prefix(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}:"

    def binding(self, row: models.Model) -> str:
        """What a value of ``row`` is bound to: table, column and primary key."""
        key = self.row_key
        value = getattr(row, key.attname)
        while key.is_relation:
            key = key.target_field
        value = key.to_python(value)
        if value is None or hasattr(value, "resolve_expression"):
            raise FieldError(f"{self} is bound to its row: give the row its primary key before it is saved.")
        return f"{self.binding_prefix}{value}"

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        self.__dict__.pop("row_key", None)

    # --- reading ---------------------------------------------------------------------------------------------------
    def opened_sql(self, stored: str, key: str, compiler: SQLCompiler) -> str:
        """SQL that gives `from_db_value` what it needs; ``stored`` and ``key`` are the row's quoted columns."""
        raise NotImplementedError

    def get_col(self, alias: str, output_field: models.Field | None = None) -> EncryptedCol:
        if alias == self.model._meta.db_table and (output_field is None or output_field == self):
            return self.cached_col
        return EncryptedCol(alias, self, output_field)

    @cached_property
    def cached_col(self) -> EncryptedCol:
        return EncryptedCol(self.model._meta.db_table, self)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name in _LOOKUPS:
            return _LOOKUPS[lookup_name]
        raise FieldError(_not_searchable(self, lookup_name))

    def get_transform(self, lookup_name: str) -> None:
        return None

    # --- writing ---------------------------------------------------------------------------------------------------
    def refuse_expression(self, value: Any) -> None:
        """Raises FieldError for SQL expressions: PostgreSQL must not compute with what it should not know."""
        if hasattr(value, "resolve_expression"):
            raise FieldError(f"{self.name} is encrypted: set it to a value, not to an expression.")

    def is_bulk_update(self, value: Any) -> bool:
        """Whether ``value`` is what ``bulk_update`` makes: a CASE over the rows, of this very field."""
        return isinstance(value, Cast | Case) and value.output_field is self

    def refuse_stale_index(self, compiler: SQLCompiler) -> None:
        """Raises FieldError when a query sets this column and leaves its blind index as it was."""
        query: Any = compiler.query
        if not isinstance(compiler.query, UpdateQuery):
            return
        written = {field.name for field, _, _ in query.values}
        left = [field.name for field in self.model._meta.local_concrete_fields if _indexes(field, self)]
        for name in left:
            if name not in written:
                raise FieldError(
                    f"{self.name} has the blind index {name}: write both together, or search would go on finding the "
                    f"old value. Name {name} too, in update_fields, in bulk_update() or in update()."
                )

    def refuse_foreign_conflict(self, compiler: SQLCompiler) -> None:
        """Raises FieldError for an upsert that would put a value sealed for a new row into an old one."""
        query: Any = compiler.query
        upsert = isinstance(compiler.query, InsertQuery) and query.on_conflict == OnConflict.UPDATE
        if upsert and self in query.update_fields and list(query.unique_fields) != [self.row_key]:
            raise FieldError(
                f"{self.name} is bound to the primary key of the new row, and this upsert may write it elsewhere. "
                "Use unique_fields=[the primary key], or leave the field out of update_fields."
            )

    # --- fixtures --------------------------------------------------------------------------------------------------
    def value_to_string(self, obj: models.Model) -> str:
        """For dumpdata: the value as the column holds it, so that a dump is as closed as the table."""
        connection = connections[obj._state.db or router.db_for_read(type(obj), instance=obj)]
        quote = connection.ops.quote_name
        table, column, key = self.model._meta.db_table, str(self.column), self.row_key
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {quote(column)} FROM {quote(table)} WHERE {quote(key.column)} = %s",  # noqa: S608
                [key.get_db_prep_value(getattr(obj, key.attname), connection)],
            )
            found = cursor.fetchone()
        if found is None or found[0] is None:
            raise FieldError(f"{self} is dumped as it is stored, and this row is not stored.")
        return DUMPED + base64.b64encode(bytes(found[0])).decode("ascii")

    def to_python(self, value: Any) -> Any:
        """For loaddata, which alone calls this: takes back what `value_to_string` gave."""
        if isinstance(value, str) and value.startswith(DUMPED):
            return StoredValue(base64.b64decode(value.removeprefix(DUMPED), validate=True))
        return value

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """Validates what a person gave; unlike ``to_python`` it takes nothing for sealed."""
        self.validate(value, model_instance)
        self.run_validators(value)
        return value

    # --- checks ----------------------------------------------------------------------------------------------------
    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *self._check_options(), *self._check_row_key()]

    def _check_options(self) -> list[checks.CheckMessage]:
        options = [name for name in ("primary_key", "unique", "db_index") if getattr(self, name)]
        if self.db_default is not models.NOT_PROVIDED:
            options.append("db_default")
        model = self.model._meta
        if self.name in {str(name).lstrip("-") for name in model.ordering or ()}:
            options.append("ordering")
        return [
            checks.Error(
                f"An encrypted column cannot have {option}: each sealing gives other bytes.",
                hint="Put a BlindIndexField beside it for exact search.",
                obj=self,
                id="modelops.E013",
            )
            for option in options
        ]

    def _check_row_key(self) -> list[checks.CheckMessage]:
        key = self.row_key
        while key is not None and key.is_relation:
            key = key.target_field
        if key is not None and key.get_internal_type() in _KEY_KINDS:
            return []
        return [
            checks.Error(
                "An encrypted column is bound to its row, so the application must make the primary key.",
                hint="id = models.UUIDField(primary_key=True, default=uuid7)",
                obj=self,
                id="modelops.E014",
            )
        ]


def _indexes(field: Any, source: models.Field) -> bool:
    return getattr(field, "indexes_source", None) == source.name


def storable(text: str, field: models.Field) -> str:
    """``text``, or Invalid when PostgreSQL could not hold it: told before anything is sent."""
    if "\x00" in text:
        raise Invalid(
            f"{field.name} has a NUL character, which PostgreSQL text cannot hold. Remove it.", field=field.name
        )
    no_surrogates(text, field)
    return text


def no_surrogates(text: str, field: models.Field) -> bytes:
    """``text`` in UTF-8, or Invalid for half a character."""
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Invalid(
            f"{field.name} has half a character at place {error.start} (a lone surrogate), which is no Unicode text.",
            field=field.name,
        ) from None
