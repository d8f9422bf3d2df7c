"""Queries that are asked very often: Django writes their SQL once, and later uses only put in their values.

To write a statement costs several times what it costs to run it. What a user may see is decided by the same querysets
as everywhere: one is built for a stand-in of the user, once for each answer to what it asks about the rights.
"""

import secrets
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import cached_property
from typing import Any, Final, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models.query import ValuesListIterable, get_related_populators

from .fixed_rows import loaded
from .quick_statements import QuickStatement, together

_MOST_WRITTEN: Final = 200
_TEXT_SIGNS: Final = "%"
Value = str | int | uuid.UUID


class _Slot(NamedTuple):
    """Where a value goes; ``before`` and ``after`` are the signs of a LIKE around it."""

    name: str
    before: str = ""
    after: str = ""


class _Constant(NamedTuple):
    value: Any


class StandIn:
    """What a queryset may ask of a user: rights, which it gets answered as the user's own, and the id to filter by."""

    is_authenticated, is_anonymous = True, False

    def __init__(self, user: Any, pk: uuid.UUID, asked: set[str]) -> None:
        self.pk = self.id = pk
        self.is_active, self.is_superuser = user.is_active, user.is_superuser
        self.key_scopes, self.key_exercises = _credential_of(user)
        self._user, self._asked = user, asked

    def has_perm(self, permission: str) -> bool:
        """The user's own answer; who has another gets another statement."""
        self._asked.add(permission)
        return bool(self._user.has_perm(permission))


class _Written:
    """One statement, with how its rows are read."""

    def __init__(self, queryset: "models.QuerySet[Any]", slots: dict[Any, str]) -> None:
        self._compiler = queryset.query.get_compiler(connection=connection)
        try:
            self.sql, params = self._compiler.as_sql()
        except EmptyResultSet:
            self.sql, params = "", ()
        self.params = tuple(_slot_for(param, slots) for param in params)
        self._is_tuples = issubclass(queryset._iterable_class, ValuesListIterable)
        fields = [each[0] for each in (self._compiler.select or [])[: self._compiler.col_count]]
        self._converters = self._compiler.get_converters(fields)
        self.quick = QuickStatement(self.sql)

    def sent(self, values: dict[str, Any]) -> list[Any]:
        return [_filled(param, values) for param in self.params]

    def rows(self, values: dict[str, Any]) -> list[Any]:
        if not self.sql:
            return []
        sent = self.sent(values)
        found: Iterable[Any] | None = self.quick.rows(connections[DEFAULT_DB_ALIAS], sent)
        if found is None:
            with connection.cursor() as cursor:
                cursor.execute(self.sql, sent)
                found = cursor.fetchall()
        return self.read(found)

    def read(self, found: Iterable[Any]) -> list[Any]:
        """The objects or tuples that rows stand for."""
        if self._converters:
            found = self._compiler.apply_converters(found, self._converters)
        if self._is_tuples:
            return [tuple(row) for row in found] if self._converters else list(found)
        return list(self._instances(found))

    @cached_property
    def _places(self) -> Any:
        """The model, where its columns and those of related models stand in a row, and what else does."""
        info: Any = self._compiler.klass_info
        select: Any = self._compiler.select
        fields = info["select_fields"]
        begin, end = fields[0], fields[-1] + 1
        names = [each[0].target.attname for each in select[begin:end]]
        populators = get_related_populators(info, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # of 5.2
        return info["model"], begin, end, names, populators, list((self._compiler.annotation_col_map or {}).items())

    def _instances(self, rows: Iterable[Any]) -> Iterable[models.Model]:
        model, begin, end, names, populators, annotated = self._places
        for row in rows:
            one = loaded(model, names, row[begin:end], DEFAULT_DB_ALIAS)
            for populator in populators:
                populator.populate(row, one)
            for name, place in annotated:
                setattr(one, name, row[place])
            yield one


class Question(NamedTuple):
    """One use of a fixed query."""

    written: _Written
    values: dict[str, Any]

    @property
    def asked(self) -> tuple[QuickStatement, list[Any]]:
        return self.written.quick, self.written.sent(self.values)

    def rows(self) -> list[Any]:
        return self.written.rows(self.values)

    def read(self, found: Iterable[Any]) -> list[Any]:
        return self.written.read(found)


class Statement(NamedTuple):
    """One use of a statement that is written by hand; its rows are tuples."""

    quick: QuickStatement
    values: list[Any]

    @property
    def asked(self) -> tuple[QuickStatement, list[Any]]:
        return self.quick, self.values

    def rows(self) -> list[Any]:
        return self.quick.asked(self.values)

    def read(self, found: Iterable[Any]) -> list[Any]:
        return list(found)


def answers(*questions: Question | Statement) -> list[list[Any]]:
    """The rows of each, by one way to the database and back; the later ones see what the earlier did."""
    asked = [each.asked for each in questions]
    found = together(connections[DEFAULT_DB_ALIAS], asked) if all(one.sql for one, _ in asked) else None
    if found is None:
        return [each.rows() for each in questions]
    return [each.read(rows) for each, rows in zip(questions, found, strict=True)]


class FixedQuery:
    """A function that builds a queryset for a user, and asks it without building it anew.

    Its positional arguments change the statement; what is passed by name are values that stand in it as parameters.
    Without a user (None) nothing is asked about rights.
    """

    def __init__(self, build: Callable[..., "models.QuerySet[Any]"]) -> None:
        self._build = build
        self._asked: tuple[str, ...] = ()
        self._written: OrderedDict[Hashable, _Written] = OrderedDict()
        self._lock = threading.Lock()
        self.__doc__ = build.__doc__

    def __call__(self, user: Any, *shape: Hashable, **values: Value) -> list[Any]:
        """The rows for ``user``: objects, or tuples where the queryset gives those."""
        return self.asking(user, *shape, **values).rows()

    def asking(self, user: Any, *shape: Hashable, **values: Value) -> "Question":
        """The question itself, to be asked with others by `answers`."""
        key = self._key(user, shape)
        with self._lock:
            written = self._written.get(key)
            if written is not None:
                self._written.move_to_end(key)
        if written is None:
            written = self._write(user, shape, values)
            with self._lock:
                # What was asked for the first time just now belongs to the key.
                self._written[self._key(user, shape)] = written
                while len(self._written) > _MOST_WRITTEN:
                    self._written.popitem(last=False)
        return Question(written, {"": getattr(user, "pk", None), **values})

    def first(self, user: Any, *shape: Hashable, **values: Value) -> Any:
        """The first row, or None."""
        return next(iter(self(user, *shape, **values)), None)

    def queryset(self, user: Any, *shape: Hashable, **values: Value) -> "models.QuerySet[Any]":
        """The queryset itself, built for the user."""
        return self._build(user, *shape, **values)

    def _key(self, user: Any, shape: tuple[Hashable, ...]) -> Hashable:
        if user is None:
            return shape
        scopes, exercises = _credential_of(user)
        rights = tuple(user.has_perm(permission) for permission in self._asked)
        return shape, rights, user.is_active, user.is_superuser, scopes and tuple(scopes), exercises

    def _write(self, user: Any, shape: tuple[Hashable, ...], values: dict[str, Value]) -> _Written:
        """Built twice with values that nobody has: what differs beside them would be frozen, such as a time."""
        asked: set[str] = set()
        first, again = (self._built(user, asked, shape, values) for _ in range(2))
        if (first.sql, first.params) != (again.sql, again.params):
            raise RuntimeError(f"{self._build.__qualname__} writes another statement each time.")
        self._asked = tuple(sorted(asked.union(self._asked)))
        return first

    def _built(self, user: Any, asked: set[str], shape: tuple[Hashable, ...], values: dict[str, Value]) -> _Written:
        own = uuid.uuid4()
        marks = {name: _mark(value) for name, value in values.items()}
        reader = StandIn(user, own, asked) if user is not None else None
        queryset = self._build(reader, *shape, **marks)
        return _Written(queryset, {own: "", **{mark: name for name, mark in marks.items()}})


def prefetched(row: models.Model, name: str, related: Iterable[models.Model]) -> None:
    """Let ``row.<name>.all()`` give ``related``, as if it had been fetched with the row."""
    fetched: dict[str, Any] = {**getattr(row, "_prefetched_objects_cache", {})}
    fetched[name] = Fetched(row, name, list(related))
    row._prefetched_objects_cache = fetched  # type: ignore[attr-defined]


def related(row: models.Model, name: str) -> Iterable[Any]:
    """What ``row.<name>.all()`` gives, without a manager where it was fetched with the row."""
    fetched: Iterable[Any] | None = getattr(row, "_prefetched_objects_cache", {}).get(name)
    return getattr(row, name).all() if fetched is None else fetched


class Fetched:
    """Related objects that are known: gone through as they are. For anything else there is a queryset that has them."""

    def __init__(self, row: models.Model, name: str, related: list[models.Model]) -> None:
        self._row, self._name, self._related = row, name, related

    def __iter__(self) -> Iterator[models.Model]:
        return iter(self._related)

    def __len__(self) -> int:
        return len(self._related)

    def __getitem__(self, place: Any) -> Any:
        return self._related[place]

    def __getattr__(self, asked: str) -> Any:
        fetched: dict[str, Any] = self._row._prefetched_objects_cache  # type: ignore[attr-defined]
        fetched.pop(self._name, None)
        found = getattr(self._row, self._name).get_queryset()
        found._result_cache, found._prefetch_done = self._related, True
        fetched[self._name] = found
        return getattr(found, asked)


def _credential_of(user: Any) -> tuple[list[str] | None, str]:
    """The scopes of the API key that stands for the user, and what this request makes use of."""
    return getattr(user, "key_scopes", None), getattr(user, "key_exercises", "")


def _mark(value: Value) -> Value:
    if isinstance(value, uuid.UUID):
        return uuid.uuid4()
    return secrets.token_hex(16) if isinstance(value, str) else 2**29 + secrets.randbelow(2**29)


def _slot_for(param: Any, slots: dict[Any, str]) -> _Slot | _Constant:
    if isinstance(param, uuid.UUID | str | int) and param in slots:
        return _Slot(slots[param])
    if isinstance(param, str):
        bare = param.strip(_TEXT_SIGNS)
        if bare in slots:
            before, _, after = param.partition(bare)
            return _Slot(slots[bare], before, after)
        if any(isinstance(mark, str) and mark in param for mark in slots):
            raise RuntimeError(f"A value stands within {param!r}; only parts of LIKE are known.")
    return _Constant(param)


def _filled(param: _Slot | _Constant, values: dict[str, Any]) -> Any:
    if isinstance(param, _Constant):
        return param.value
    value = values[param.name]
    if param.before or param.after:
        return param.before + connection.ops.prep_for_like_query(value) + param.after
    return value
