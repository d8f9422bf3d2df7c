"""Adding rows by statements that are written once for their models: saving by Django writes them anew each time."""

import uuid
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.expressions import DatabaseDefault

from .gathered_inserts import add

# A value of this type in a field of this kind goes to the database as it is; `get_db_prep_save` would give it back.
_AS_IT_IS: Final[dict[type, type]] = {
    models.CharField: str, models.TextField: str, models.UUIDField: uuid.UUID, models.BooleanField: bool,
}  # fmt: skip


class _Plan(NamedTuple):
    sql: str
    fields: tuple[tuple[Any, type | None], ...]
    """Each with the type of values that go as they are; None where every value is made ready by its field."""
    sealed: tuple[Any, ...]
    """Fields that are written through a function of the database when they hold anything."""


def insert(row: models.Model) -> None:
    """Add ``row`` as ``save(force_insert=True)`` would; what a fixed statement cannot say is saved by Django.

    For models without signals, parents and keys made by the database: `tests/lib/test_fixed_inserts.py` looks at them.
    Within `gathered` it is written a little later, in one statement with others.
    """
    plan = _plan(type(row))
    connection = connections[DEFAULT_DB_ALIAS]  # itself: each question to the proxy before it looks for it anew
    given = None if _holds_sealed(plan, row) else _given(plan, row, connection)
    if given is None:
        row.save(force_insert=True)
        return
    add(connection, plan.sql, given)
    row._state.adding = False
    row._state.db = connection.alias


def _holds_sealed(plan: _Plan, row: models.Model) -> bool:
    return any(field.value_from_object(row) is not None for field in plan.sealed)


def _given(plan: _Plan, row: models.Model, connection: Any) -> list[Any] | None:
    """The parameters; None where one of them is computed by the database."""
    given = []
    for field, as_it_is in plan.fields:
        value = field.pre_save(row, True)
        if as_it_is is None or (value is not None and type(value) is not as_it_is):
            if isinstance(value, DatabaseDefault) or hasattr(value, "as_sql"):
                return None
            value = field.get_db_prep_save(value, connection=connection)
        given.append(value)
    return given


@lru_cache(maxsize=64)
def _plan(model: type[models.Model]) -> _Plan:
    options = model._meta
    if options.parents or options.db_returning_fields:
        raise TypeError(f"{model.__name__} takes values from the database when it is added; save it.")
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    every = options.local_concrete_fields
    through_sql = (field for field in every if hasattr(field, "get_placeholder"))
    sealed = tuple(field for field in through_sql if not isinstance(field, models.BinaryField))
    plain = tuple(field for field in every if field not in sealed)
    columns = ", ".join(quote(field.column or "") for field in plain)
    marks = ", ".join(["%s"] * len(plain))
    sql = f"INSERT INTO {quote(options.db_table)} ({columns}) VALUES ({marks})"  # noqa: S608  names from models
    return _Plan(sql, tuple((field, _as_it_is(field)) for field in plain), sealed)


def _as_it_is(field: Any) -> type | None:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return _AS_IT_IS.get(type(field))
