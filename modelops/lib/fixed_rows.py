"""Objects of models without what Django does for each: it looks at every field and sends two signals that nobody hears.

An act that adds eight rows and reads four makes a dozen objects, which took a tenth of its time. `unsaved` gives what
``Model(**values)`` gives and `loaded` what ``Model.from_db`` gives; a model that has its own ideas is left to Django.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar, cast

from django.conf import settings
from django.db import models
from django.db.models.base import ModelState
from django.db.models.signals import post_init, pre_init
from django.utils import timezone

Row = TypeVar("Row", bound=models.Model)
# Of one model: who gives ever other names is served all the same.
_MOST_SHAPES = 64


class _Relation(NamedTuple):
    """A foreign key: attribute of its value, model, attribute of the other object that has the value, and the way back
    to this one where that knows one alone."""

    attribute: str
    model: type[models.Model]
    of_other: str
    way_back: Any


class _Making(NamedTuple):
    constants: dict[str, Any]
    """Attributes whose default is the same for every object."""
    computed: tuple[tuple[str, Callable[[], Any]], ...]
    related: dict[str, _Relation]
    attributes: frozenset[str]
    shapes: dict[tuple[str, ...], "_Shape"]


class _Shape(NamedTuple):
    """What is to be done for the names that values are given by: the same each time at one place of the code."""

    related: tuple[tuple[str, _Relation], ...]
    computed: tuple[tuple[str, Callable[[], Any]], ...]


def unsaved(model: type[Row], /, **values: Any) -> Row:
    """A new object as ``model(**values)`` makes it; fields and foreign keys by their names, or names with _id."""
    making = _making(model)
    if making is None or (shape := _shape(making, tuple(values))) is None:
        return model(**values)
    row = model.__new__(model)
    row._state = state = ModelState()
    given = {**making.constants, **values}
    for name, (attribute, kind, of_other, way_back) in shape.related:
        value = given.pop(name)
        if not isinstance(value, kind):
            return model(**values)
        given[attribute] = getattr(value, of_other)
        state.fields_cache[name] = value
        if way_back is not None:
            way_back.set_cached_value(value, row)
    for name, default in shape.computed:
        given[name] = default()
    row.__dict__.update(given)
    return row


def _shape(making: _Making, names: tuple[str, ...]) -> _Shape | None:
    """None where one of the names is neither an attribute nor a foreign key."""
    if (known := making.shapes.get(names)) is not None:
        return known
    if not all(name in making.attributes or name in making.related for name in names):
        return None
    # An attribute may bear the name of the relation.
    related = tuple((name, making.related[name]) for name in names if name not in making.attributes)
    given = {*names, *(relation.attribute for _, relation in related)}
    shape = _Shape(related, tuple(each for each in making.computed if each[0] not in given))
    if len(making.shapes) < _MOST_SHAPES:
        making.shapes[names] = shape
    return shape


def loaded(model: type[Row], names: Sequence[str], values: Sequence[Any], database: str) -> Row:
    """The object of a row of the database, of which ``names`` are the attributes."""
    if _making(model) is None or model.from_db.__func__ is not models.Model.from_db.__func__:  # type: ignore[attr-defined]
        return model.from_db(database, names, values)
    row = model.__new__(model)
    row._state = state = ModelState()
    state.adding, state.db = False, database
    row.__dict__.update(zip(names, values, strict=True))
    return row


@lru_cache(maxsize=256)
def _making(model: type[models.Model]) -> _Making | None:
    """How objects are made; None for a model that Django has to make them of."""
    options = model._meta
    hears = any(signal.has_listeners(model) for signal in (pre_init, post_init))
    if hears or options.abstract or options.parents or model.__init__ is not models.Model.__init__:
        return None
    constants: dict[str, Any] = {}
    computed: list[tuple[str, Callable[[], Any]]] = []
    related: dict[str, Any] = {}
    every: Sequence[Any] = options.concrete_fields
    for field in every:
        is_key = isinstance(field, models.ForeignKey)
        # Setting it does more than to keep the value, as that of a file does.
        has_own_way = hasattr(type(getattr(model, field.attname)), "__set__") and not is_key
        if field.generated or has_own_way:
            return None
        if is_key:
            [(_, other)] = field.related_fields
            way_back = None if field.remote_field.multiple else field.remote_field
            related[field.name] = _Relation(field.attname, field.related_model, other.attname, way_back)
        if (field.has_default() and callable(field.default)) or field.has_db_default():
            computed.append((field.attname, _default_of(field)))
        else:
            constants[field.attname] = field.get_default()
    attributes = frozenset(field.attname for field in options.concrete_fields)
    return _Making(constants, tuple(computed), related, attributes, {})


def _default_of(field: Any) -> Callable[[], Any]:
    """What `get_default` of the field calls, without asking the field each time."""
    if not (field.has_default() and callable(field.default)) or isinstance(field, models.ForeignKey):
        return cast("Callable[[], Any]", field.get_default)
    # The moment in UTC, which the first asks the settings for.
    return _moment if field.default is timezone.now and settings.USE_TZ else field.default


def _moment() -> datetime:
    return datetime.now(UTC)
