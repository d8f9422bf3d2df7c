"""The first page of each filter of the ledger browser, beside the same query on one plain table with the same indexes.

The rows are those of a year, made by PostgreSQL itself; the page is asked for through the function that the browser and
the REST interface use. Each filter is asked for something frequent, something rare and something that is not there.
"""

import datetime as dt
import hashlib
import time
from functools import partial
from typing import Any

from . import portal
from .table import Table

PAGE = 51  # one more than is shown: whether there is a next page
_MONTHS = 12
_CHUNK = 500_000
_OURS, _PLAIN = "partitioned by month", "one plain table (peer)"

# Users, objects, actions and words follow a law in which few are frequent and most are rare.
_FILL = """
INSERT INTO audit_auditevent (id, recorded_at, name, category, outcome, actor_kind, actor_ref, target_type, target_id,
    target_label, details, request_id, source, origin)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(h, 1, 3) || '8'
        || substr(h, 4, 15))::uuid, at,
    (%(names)s::text[])[1 + floor(%(kinds)s * power(r1, 3))::int],
    (%(categories)s::text[])[1 + floor(%(kinds)s * power(r1, 3))::int],
    CASE WHEN r2 < 0.97 THEN 'success' WHEN r2 < 0.995 THEN 'denied' ELSE 'failure' END,
    'user', md5('actor' || floor(500 * power(r3, 3)))::uuid::text,
    'registry.modelversion', md5('target' || floor(200000 * power(r4, 2)))::uuid::text, 'fraud-' || n %% 500,
    '{"code":"w' || floor(20000 * power(r5, 4)) || '","name":"model-' || n %% 3000 || '","reason":"asked by the owner w'
        || floor(20000 * power(r6, 4)) || '","size":' || n %% 100000 || ',"version":"' || h::uuid || '"}',
    md5('request' || n / 3)::uuid::text, '10.' || floor(4 * r3) || '.' || floor(250 * power(r4, 2)) || '.0/24',
    decode(md5('origin' || floor(50000 * power(r5, 2))) || md5('o'), 'hex')
FROM (
    SELECT n, md5(n::text) AS h, %(start)s::timestamptz + n * (%(step)s * interval '1 microsecond') AS at,
        random() AS r1, random() AS r2, random() AS r3, random() AS r4, random() AS r5, random() AS r6
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
) made
"""

# The same words as the ones that `audit_take_words` would make of these rows, which a sample is compared with.
_WORDS = """
INSERT INTO audit_watching_rowwords (event_id, words)
SELECT id, ARRAY['code', d ->> 'code', 'name', d ->> 'name', 'reason', 'asked', 'by', 'the', 'owner',
        substr(d ->> 'reason', 20), 'size', d ->> 'size', 'version', d ->> 'version']
FROM (SELECT id, details::jsonb AS d FROM audit_auditevent) made ORDER BY id
"""


def measure(*, quick: bool = False, rows: int = 0) -> Table:
    """First pages a second of the slowest question, and the milliseconds of each filter."""
    portal.start()
    rows = rows or (10_000 if quick else 10_000_000)
    started = time.perf_counter()
    _fill(rows)
    filled = time.perf_counter() - started
    questions = _questions(rows)
    ours = {name: _slowest(query) for name, query in questions.items()}
    _report("ours", ours)
    counts = {name: _slowest(query, "count") for name, query in questions.items()}
    _report("capped count", counts)
    _copy()
    plain = {name: _slowest(query, table="audit_plain") for name, query in questions.items()}
    figures = {_OURS: 1 / max(ours.values()), _PLAIN: 1 / max(plain.values())}
    table = Table(f"First page of the ledger, {rows:,} rows", "pages a second, slowest filter", _OURS, figures)
    for name in ours:
        table.notes[name] = (
            f"{ours[name] * 1000:.1f} ms (plain {plain[name] * 1000:.1f}); counted to 1,000 in"
            f" {counts[name] * 1000:.1f} ms"
        )
    table.notes["made"] = f"{rows / filled:,.0f} rows a second with all indexes"
    return table


def _report(what: str, seconds: dict[str, float]) -> None:
    """The long run says at once what it has."""
    print(what, {name: f"{value * 1000:.1f} ms" for name, value in seconds.items()}, flush=True)


def _questions(rows: int) -> dict[str, Any]:
    """Each filter as the browser asks it, newest first."""
    from compliance.audit.models import AuditEvent
    from compliance.audit.searching import Search, matching

    now = dt.datetime.now(dt.UTC)
    names = _names()
    asked = {
        "actor, frequent": Search(actor=_uuid("actor0")),
        "actor, rare": Search(actor=_uuid("actor499")),
        "actor, none": Search(actor=_uuid("nobody")),
        "object, frequent": Search(target_id=_uuid("target0")),
        "object, rare": Search(target_id=_uuid("target199000")),
        "object with its kind": Search(target_type="registry.modelversion", target_id=_uuid("target777")),
        "action, frequent": Search(name=names[0]),
        "action, rare": Search(name=names[-1]),
        "area": Search(name="registry"),
        "outcome, denied": Search(outcome="denied"),
        "outcome, failure": Search(outcome="failure"),
        "outcome, success": Search(outcome="success"),
        "category, security": Search(category="security"),
        "category, privacy": Search(category="privacy"),
        "an hour of last year": Search(
            since=now - dt.timedelta(days=200), until=now - dt.timedelta(days=200, hours=-1)
        ),
        "the last month": Search(since=now - dt.timedelta(days=30)),
        "network": Search(address="10.3.1.0/24"),
        "network, none": Search(address="192.0.2.0/24"),
        "request": Search(request_id=_uuid(f"request{rows // 6}")),
        "request, none": Search(request_id="none"),
        "word, in every row": Search(words="owner"),
        "word, frequent": Search(words="w3"),
        "word, middling": Search(words="w500"),
        "word, rare": Search(words="w19990"),
        "two words": Search(words="model-17 w40"),
        "word, none": Search(words="nowhere"),
        "a version in details": Search(words=_uuid(str(rows // 2))),
        "actor and category": Search(actor=_uuid("actor250"), category="privacy"),
        "word and outcome": Search(words="w500", outcome="denied"),
    }
    events = AuditEvent.objects.order_by("-id")
    found: dict[str, Any] = {name: partial(matching, events, search) for name, search in asked.items()}
    # As one address is asked for, with origins of which none is stored here.
    origins = [
        [bytes.fromhex(_md5(f"origin{number}") + _md5("o")) for number in few] for few in (range(20), [49_900], [-1])
    ]
    for name, few in zip(("address, 20 origins", "address, rare", "address, none"), origins, strict=True):
        found[name] = partial(events.filter, source="10.0.0.0/24", origin__in=few)
    return found


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _uuid(text: str) -> str:
    h = _md5(text)
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def _names() -> list[str]:
    """The actions, the most frequent first: those of the registry lead."""
    from compliance.audit import event_classes

    return sorted(event_classes(), key=lambda name: (not name.startswith("registry."), name))


def _slowest(question: Any, what: str = "page", table: str = "") -> float:
    """Seconds of the slowest of five; the first one meets whatever is not in memory."""
    from django.core.exceptions import EmptyResultSet
    from django.db import connection

    from compliance.audit.browsing import LedgerPaginator

    def ask() -> None:
        if what == "count":
            _ = LedgerPaginator(question(), PAGE).count
        elif table:
            try:
                statement, params = question()[:PAGE].query.sql_with_params()
            except EmptyResultSet:
                return  # a word that no row has: nothing is left to ask
            with connection.cursor() as cursor:
                cursor.execute(statement.replace('"audit_auditevent"', f'"{table}"'), params)
                cursor.fetchall()
        else:
            list(question()[:PAGE])

    taken = []
    for _ in range(5):
        started = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - started)
    return max(taken)


def _fill(rows: int) -> None:
    """A year of rows; the indexes are made afterwards, which is quicker."""
    from django.db import connection

    from compliance.audit.events import event_classes
    from compliance.audit.partitions import create_partition_sql, month_of
    from compliance.audit.searching import words_sql

    names = _names()
    now = dt.datetime.now(dt.UTC)
    start = now - dt.timedelta(days=365)
    with connection.cursor() as cursor:
        # What other benchmarks have left stands in the way of the months; here the owner may remove it.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM audit_auditevent_rest")
        cursor.execute("SET session_replication_role = DEFAULT")
        month = month_of(start)
        while month < now:
            cursor.execute(create_partition_sql(month).replace("CREATE TABLE", "CREATE UNLOGGED TABLE"))
            month = month_of(month + dt.timedelta(days=32))
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '1GB'")
        indexes = _indexes(cursor)
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        for first in range(1, rows + 1, _CHUNK):
            cursor.execute(
                _FILL,
                {
                    "names": names,
                    "categories": [event_classes()[name].category for name in names],
                    "kinds": len(names),
                    "start": start,
                    "step": 365 * 86_400 * 1_000_000 / rows,
                    "first": first,
                    "last": min(first + _CHUNK - 1, rows),
                },
            )
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute("TRUNCATE audit_watching_rowwords")
        cursor.execute("ALTER TABLE audit_watching_rowwords SET UNLOGGED")
        cursor.execute("DROP INDEX audit_words")
        cursor.execute(_WORDS)
        cursor.execute("CREATE INDEX audit_words ON audit_watching_rowwords USING gin (words)")
        cursor.execute(
            "UPDATE audit_watching_horizon SET transaction = pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
        )
        cursor.execute(
            f"SELECT count(*) FROM (SELECT * FROM audit_auditevent LIMIT 1000) e JOIN audit_watching_rowwords w"  # noqa: S608
            f" ON w.event_id = e.id WHERE w.words <> {words_sql('details')}"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute("VACUUM ANALYZE audit_auditevent, audit_watching_rowwords")


def _indexes(cursor: Any) -> list[tuple[str, str]]:
    cursor.execute(
        "SELECT i.indexname, replace(i.indexdef, 'ON ONLY', 'ON') FROM pg_indexes i"
        " WHERE i.tablename = 'audit_auditevent' AND i.indexname NOT LIKE '%pkey%'"
    )
    return list(cursor.fetchall())


def _copy() -> None:
    """The same rows and the same indexes, without months."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE UNLOGGED TABLE audit_plain (LIKE audit_auditevent INCLUDING DEFAULTS)")
        cursor.execute("INSERT INTO audit_plain SELECT * FROM audit_auditevent ORDER BY id")
        cursor.execute("ALTER TABLE audit_plain ADD PRIMARY KEY (id)")
        for name, definition in _indexes(cursor):
            plain = definition.replace(f"INDEX {name} ", f"INDEX plain_{name} ", 1)
            cursor.execute(plain.replace(".audit_auditevent ", ".audit_plain ", 1))
        cursor.execute("VACUUM ANALYZE audit_plain")
