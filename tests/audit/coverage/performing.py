"""Calls one method of a route as somebody who may, takes it back, and says what it left in the ledger."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection

from tests.taken_back import taken_back

from .world import World

# At the beginning of a statement, and each row of those that are gathered in one.
_WRITES = re.compile(r'(?:^\s*|\bAS \(|\) )(?:INSERT INTO|UPDATE|DELETE FROM|COPY)\s+"?(\w+)"?', re.IGNORECASE)
# Told in the same transaction by the portal itself, beside what the person did.
BY_THE_PORTAL = {"signing.version.signed", "secret_store.secret.used"}


@dataclass(frozen=True, slots=True)
class Act:
    """One call. ``before`` prepares and may give parts of the address; ``about`` is the label of what it is about.

    ``by`` is empty for somebody who becomes an account by it; ``also`` is a second person whose rows these are too.
    ``data`` is the body. ``times`` is for events that one call tells of several things: each file of an archive.
    """

    by: str
    about: str = ""
    data: Any = None
    before: Callable[[World], dict[str, Any] | None] | None = None
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    form: bool = False
    outcome: str = "success"
    times: dict[str, int] = field(default_factory=dict)
    also: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """What a call left: ``rows`` of the ledger, and the ``tables`` that it wrote to."""

    status: int
    rows: list[Any]
    tables: set[str]
    says: str


def perform(world: World, name: str, act: Act) -> Left:
    """Do it, look, and take it back."""
    from compliance.audit.models import AuditEvent
    from modelops.crypto.keyring import keyring

    method, _, route = name.partition(" ")
    try:
        with taken_back():
            given = (act.before(world) if act.before else None) or {}
            client = _client(world, route, act, given)
            address = world.address(route, **given) + act.query
            before = set(AuditEvent.objects.values_list("pk", flat=True))
            with _written() as tables:
                answer = _call(client, method, address, route, act, given)
                said = _read(answer)
            rows = list(AuditEvent.objects.exclude(pk__in=before).order_by("id"))
            return Left(answer.status_code, rows, tables, said)
    finally:
        keyring.forget()  # the ring of the process outlives the rows that are taken back


def watch(world: World, work: Callable[[World], None]) -> Left:
    """Do work that is no call, look, and take it back."""
    from compliance.audit.models import AuditEvent
    from modelops.crypto.keyring import keyring

    try:
        with taken_back():
            before = set(AuditEvent.objects.values_list("pk", flat=True))
            with _written() as tables:
                work(world)
            return Left(200, list(AuditEvent.objects.exclude(pk__in=before)), tables, "")
    finally:
        keyring.forget()


def _client(world: World, route: str, act: Act, given: dict[str, Any]) -> Any:
    if "client" in given:
        return given.pop("client")
    return world.api(act.by) if route.startswith(("api/v1/", "mlflow/")) else world.page(act.by)


def _call(client: Any, method: str, address: str, route: str, act: Act, given: dict[str, Any]) -> Any:
    data = given.pop("data", act.data)
    kwargs: dict[str, Any] = {"headers": act.headers} if act.headers else {}
    call = getattr(client, method.lower())
    if data is None:
        return call(address, **kwargs)
    if isinstance(data, bytes):
        return call(address, data, content_type="application/octet-stream", **kwargs)
    if method == "GET":
        return call(address, data, **kwargs)
    if route.startswith(("api/v1/", "mlflow/")) and not act.form:
        return call(address, data, content_type="application/json", **kwargs)
    return call(address, data, **kwargs)


def _read(answer: Any) -> str:
    """The body to its end, as a client reads it; the end of a download is told when it is closed."""
    content = answer.getvalue()
    return str(content[:300]) if answer.status_code >= 400 else ""


@contextmanager
def _written() -> Iterator[set[str]]:
    """Names of the tables that are written to within."""
    tables: set[str] = set()

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        tables.update(_WRITES.findall(str(sql)))
        return execute(sql, params, many, context)

    copy = psycopg.Cursor.copy  # the wrapper of Django does not see it

    def look_at_copy(cursor: Any, statement: Any, *args: Any, **kwargs: Any) -> Any:
        look(lambda *told: None, statement, None, many=False, context=None)
        return copy(cursor, statement, *args, **kwargs)

    with connection.execute_wrapper(look):
        psycopg.Cursor.copy = look_at_copy  # type: ignore[method-assign]
        try:
            yield tables
        finally:
            psycopg.Cursor.copy = copy  # type: ignore[method-assign]


def faults_of(world: World, name: str, act: Act, left: Left, expected: list[str]) -> list[str]:
    """What is wrong with the rows of a call, as sentences; none when it left exactly its rows."""
    if left.status >= 400:
        return [f"{name} answered {left.status}: {left.says}"]
    names = sorted(row.name for row in left.rows)
    expected = [name for one in expected for name in [one] * act.times.get(one, 1)]
    faults = [] if names == sorted(expected) else [f"{name} left {names}, not {sorted(expected)}"]
    ref = world.ref(act.by)
    for row in left.rows:
        if row.outcome != act.outcome:
            faults.append(f"{name}: {row.name} has the outcome {row.outcome}")
        if row.name not in BY_THE_PORTAL and act.by and row.actor_ref not in {ref, world.ref(act.also)}:
            faults.append(f"{name}: {row.name} is by {row.actor_kind} {row.actor_ref or 'nobody'}, not by {act.by}")
        if row.name not in BY_THE_PORTAL and row.target_type not in act.about.split("|"):
            faults.append(f"{name}: {row.name} is about {row.target_type or 'nothing'}, not {act.about or 'nothing'}")
        if row.target_type and not row.target_id:
            faults.append(f"{name}: {row.name} does not say which {row.target_type}")
    return faults
