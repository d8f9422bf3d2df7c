"""Model fields whose column is encrypted by pgcrypto.

PostgreSQL seals and opens in the functions ``modelops_seal`` and ``modelops_open`` (migrations ``0002`` and ``0005``),
with keys that `session_keys` brings into the session: no key and no plaintext stands in a statement. The functions put
table, column and primary key into the plaintext, because pgcrypto authenticates no context of its own: a value that is
moved to another row, column or table is refused. An older value of the same place does open.

For SQL of one's own: ``modelops_open(column, 'table.column:' || key::text)`` gives the text,
``modelops_reseal(column, …)`` the same value under the active key; `session_keys` brings the keys for both.
"""

from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.subqueries import UpdateQuery

from .encrypted_column import EncryptedColumn, StoredValue, storable
from .json_values import JSONValues
from .session_keys import transport


class CarriedValue(bytes):
    """A plaintext on its way to PostgreSQL, encrypted for the way; the row that it belongs to is found there."""


class SealedValue(Expression):
    """SQL that seals ``carried`` for one row when it is inserted or updated."""

    def __init__(self, carried: bytes, field: "EncryptedTextField", binding: str) -> None:
        super().__init__(output_field=models.BinaryField())
        self.carried = carried
        self.sealed_field = field
        self.binding = binding

    def __repr__(self) -> str:
        return f"<SealedValue for {self.sealed_field.binding_prefix}>"

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        self.sealed_field.refuse_foreign_conflict(compiler)
        return "modelops_seal(%s::bytea, %s::text)", [self.carried, self.binding]


class EncryptedTextField(EncryptedColumn, models.TextField):
    """Text that the database stores under pgcrypto and that cannot be searched.

    For exact search put a `BlindIndexField` beside it. The primary key of the model must be made by the application,
    because the value is bound to it.
    """

    description = "Text encrypted by pgcrypto"
    empty_strings_allowed = True

    def to_text(self, value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError(f"{self} takes text, not {type(value).__name__}.")
        return storable(value, self)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = getattr(model_instance, self.attname)
        if value is None or isinstance(value, StoredValue):
            return value
        self.refuse_expression(value)
        return SealedValue(transport.carry(self.to_text(value)), self, self.binding(model_instance))

    def get_prep_value(self, value: Any) -> Any:
        return value

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        if value is None or isinstance(value, StoredValue | CarriedValue):
            return value
        return CarriedValue(transport.carry(self.to_text(value)))

    def get_placeholder(self, value: Any, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> str:
        """SQL around a parameter: what ``update()`` sets is sealed for each row that it touches."""
        self.refuse_stale_index(compiler)
        if value is None or isinstance(value, StoredValue):
            return "%s::bytea"
        if isinstance(value, SealedValue) or self.is_bulk_update(value):
            return "%s"
        self.refuse_expression(value)
        if not isinstance(compiler.query, UpdateQuery):
            raise FieldError(
                f"{self.name} is encrypted and bound to its row: save an instance. A fixture holds the sealed value "
                "that dumpdata wrote."
            )
        quote = connection.ops.quote_name
        key = f"{quote(self.model._meta.db_table)}.{quote(self.row_key.column)}"
        return f"modelops_seal(%s::bytea, {self.prefix_sql()} || {key}::text)"

    def prefix_sql(self) -> str:
        """What a value is bound to, without the primary key, as an SQL literal."""
        # A literal, not a parameter: PostgreSQL must see that the same column in SELECT and GROUP BY is the same.
        return "'" + self.binding_prefix.replace("'", "''").replace("%", "%%") + "'"

    def opened_sql(self, stored: str, key: str, compiler: SQLCompiler) -> str:
        return f"modelops_open({stored}, {self.prefix_sql()} || {key}::text)"

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        if value is None:
            return None
        if not isinstance(value, str):
            raise FieldError(f"{self.name} is encrypted, and raw SQL gave its sealed bytes: use the ORM.")
        return self.from_text(value)


class EncryptedJSONField(JSONValues, EncryptedTextField):
    """A JSON value that the database stores under pgcrypto."""

    description = "JSON encrypted by pgcrypto"
