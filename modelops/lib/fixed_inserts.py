"""Adding rows by statements that are written once for their models: saving by Django writes them anew each time."""

import uuid
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache, partial
from json import JSONEncoder
from operator import itemgetter
from typing import Any, Final, NamedTuple

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.expressions import DatabaseDefault
from psycopg.types.json import Jsonb

from .gathered_inserts import add

# Kinds of rows that are remembered of one model.
_MOST_USUAL: Final = 64
# A value of this type in a field of this kind goes to the database as it is; `get_db_prep_save` would give it back.
_AS_IT_IS: Final[dict[type, type]] = {
    models.CharField: str, models.TextField: str, models.UUIDField: uuid.UUID, models.BooleanField: bool,
}  # fmt: skip
_INTEGERS: Final = (models.IntegerField, models.BigIntegerField, models.SmallIntegerField)
_POSITIVE: Final = (models.PositiveIntegerField, models.PositiveBigIntegerField, models.PositiveSmallIntegerField)


class _Column(NamedTuple):
    """How the value of one field is had. A value of a type in ``plain`` needs no more than ``ready``, if that."""

    field: Any
    is_asked: bool
    """Whether the field itself gives the value when a row is saved, such as the moment of it."""
    plain: tuple[type, ...] = ()
    ready: Callable[[Any], Any] | None = None


class _Plan(NamedTuple):
    sql: str
    columns: tuple[_Column, ...]
    sealed: tuple[Any, ...]
    """Fields that are written through a function of the database when they hold anything."""
    kept: Callable[[dict[str, Any]], tuple[Any, ...]]
    """The values that an object keeps for the columns. Raises KeyError for one that it does not."""
    moments: tuple[Any, ...]
    """Fields that keep with the object what they give."""
    ready: tuple[tuple[int, Callable[[Any], Any]], ...]
    """Of the columns whose values are not sent as they are, the place and what makes them ready."""
    usual: set[tuple[type, ...]]
    """Types of the values of a whole row that need no more than that. No two rows of one kind differ much."""


def insert(row: models.Model) -> None:
    """Add ``row`` as ``save(force_insert=True)`` would; what a fixed statement cannot say is saved by Django.

    For models without signals, parents and keys made by the database: `tests/lib/test_fixed_inserts.py` looks at them.
    Within `gathered` it is written a little later, in one statement with others.
    """
    plan = _plan(type(row))
    connection = connections[DEFAULT_DB_ALIAS]  # itself: each question to the proxy before it looks for it anew
    given = None if plan.sealed and _holds_sealed(plan, row) else _given(plan, row, connection)
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
    for field in plan.moments:
        field.pre_save(row, True)
    try:
        given = list(plan.kept(row.__dict__))
    except KeyError:
        return _looked_at(plan, row, connection)
    if tuple(map(type, given)) not in plan.usual:
        return _looked_at(plan, row, connection)
    for place, ready in plan.ready:
        if (value := given[place]) is not None:
            given[place] = ready(value)
    return given


def _looked_at(plan: _Plan, row: models.Model, connection: Any) -> list[Any] | None:
    """The same, each value looked at by itself. Where all are plain, the next row of such types needs no look."""
    given, types = [], []
    held = row.__dict__
    for field, is_asked, plain, ready in plan.columns:
        value = field.pre_save(row, True) if is_asked or field.attname not in held else held[field.attname]
        if plain and (value is None or type(value) in plain or (str in plain and isinstance(value, str))):
            types.append(type(value))
            given.append(value if ready is None or value is None else ready(value))
            continue
        if isinstance(value, DatabaseDefault) or hasattr(value, "as_sql"):
            return None
        given.append(field.get_db_prep_save(value, connection=connection))
    if len(types) == len(given) and len(plan.usual) < _MOST_USUAL:
        plan.usual.add(tuple(types))
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
    every_column = tuple(_column(field) for field in plain)
    moments = tuple(field for field, is_asked, *_ in every_column if is_asked and type(field) is models.DateTimeField)
    ready = tuple((place, column.ready) for place, column in enumerate(every_column) if column.ready is not None)
    kept = itemgetter(*(field.attname for field in plain))
    return _Plan(sql, every_column, sealed, kept, moments, ready, set())


def _column(field: Any) -> _Column:
    """As `get_db_prep_save` makes values of the usual type ready, without asking it for each."""
    asked = type(field).pre_save
    is_plain_moment = asked is models.DateTimeField.pre_save and not (field.auto_now or field.auto_now_add)
    is_asked = asked is not models.Field.pre_save and not is_plain_moment
    kept = field
    while isinstance(kept, models.ForeignKey):
        kept = kept.target_field
    kind: Any = type(kept)
    operations: Any = connections[DEFAULT_DB_ALIAS].ops
    if kind in _AS_IT_IS:
        return _Column(field, is_asked, (_AS_IT_IS[kind],))
    if kind in _INTEGERS or kind in _POSITIVE:
        return _Column(field, is_asked, (int,), operations.integerfield_type_map[kept.get_internal_type()])
    if kind is models.BinaryField:
        return _Column(field, is_asked, (bytes,), psycopg.Binary)
    if kind is models.DateTimeField:
        return _Column(field, is_asked, (datetime,), partial(_moment, field))
    if kind is models.JSONField:
        return _Column(
            field, is_asked, (dict, list), partial(Jsonb, dumps=partial(_json, (kept.encoder or JSONEncoder)().encode))
        )
    return _Column(field, is_asked)


def _json(encoded: Callable[[Any], str], value: Any) -> str:
    return encoded(value) if value else "{}" if type(value) is dict else "[]"


def _moment(field: Any, value: datetime) -> Any:
    """One without a zone is left to Django, which warns of it."""
    return value if value.tzinfo is not None else field.get_db_prep_save(value, connections[DEFAULT_DB_ALIAS])
