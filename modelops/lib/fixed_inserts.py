"""Adding one row by a statement that is written once for its model: saving by Django writes it anew each time."""

from functools import lru_cache
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.expressions import DatabaseDefault


class _Plan(NamedTuple):
    sql: str
    fields: tuple[Any, ...]
    sealed: tuple[Any, ...]
    """Fields that are written through a function of the database when they hold anything."""


def insert(row: models.Model) -> None:
    """Add ``row`` as ``save(force_insert=True)`` would; what a fixed statement cannot say is saved by Django.

    For models without signals, parents and keys made by the database: `tests/lib/test_fixed_inserts.py` looks at them.
    """
    plan = _plan(type(row))
    values = [field.pre_save(row, True) for field in plan.fields]
    if any(field.value_from_object(row) is not None for field in plan.sealed) or any(
        isinstance(value, DatabaseDefault) or hasattr(value, "as_sql") for value in values
    ):
        row.save(force_insert=True)
        return
    connection = connections[DEFAULT_DB_ALIAS]  # itself: each question to the proxy before it looks for it anew
    given = [
        field.get_db_prep_save(value, connection=connection) for field, value in zip(plan.fields, values, strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(plan.sql, given)
    row._state.adding = False
    row._state.db = connection.alias


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
    return _Plan(sql, plain, sealed)
