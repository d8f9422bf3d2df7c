"""What a session costs: the same page with and without one, and a session kept in PostgreSQL beside one in Valkey.

The page goes through all of the portal's middleware and reads the database once itself, as every page does; the
session, its account and its factor are looked at on top. Of the ways to keep a session, one in Valkey alone is the
fastest and is out of the question: whoever writes there could put an ended session back. One that is believed only
with an epoch of the account from PostgreSQL is the fastest that is safe.
"""

import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from . import portal
from .table import Table

AIM_MS = 1.0
_OURS = "one read in PostgreSQL"
_EPOCH = "Valkey, believed with an epoch from PostgreSQL (peer)"
_ALONE = "Valkey alone: not safe (limit)"


def measure(*, quick: bool = False) -> Table:
    """Session checks a second of each way; the page's medians stand in the notes."""
    portal.start()
    key = _signed_in()
    rounds, pages = (200, 200) if quick else (3000, 3000)
    ways = {_OURS: _ours(key), **_in_valkey(key)}
    taken = _timed(ways, rounds)
    figures = {name: 1 / seconds.median for name, seconds in taken.items()}
    table = Table("Looking a session up, with its account", "checks a second, median", _OURS, figures)
    for name, seconds in taken.items():
        table.notes[name] = f"{seconds.median * 1000:.3f} ms; {seconds.calm * 1000:.3f} in the calmest tenth"
    bare, known = _pages(key)
    seconds = _timed({"bare": bare, "known": known}, pages)
    added = (seconds["known"].median - seconds["bare"].median) * 1000
    calm = (seconds["known"].calm - seconds["bare"].calm) * 1000
    table.notes["a page without a session"] = f"{seconds['bare'].median * 1000:.2f} ms"
    table.notes["the same page with one"] = f"{seconds['known'].median * 1000:.2f} ms"
    verdict = "within" if added <= AIM_MS else "over"
    table.notes["added by session, account and factor"] = (
        f"{added:.2f} ms at the median, {verdict} {AIM_MS} ms; {calm:.2f} in the calmest tenth"
    )
    work = (_cpu(known, pages) - _cpu(bare, pages)) * 1000
    table.notes["of it work"] = f"{work:.2f} ms of CPU, in the web process and in PostgreSQL; the rest is waiting"
    return table


class Seconds(NamedTuple):
    """Of one call: at the median, and at the first decile, which a busy machine moves least."""

    median: float
    calm: float


def _timed(work: dict[str, Callable[[], object]], rounds: int) -> dict[str, Seconds]:
    """Seconds of each, in turns, so that a busy moment hits all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for number in range(rounds + 20):
        for name, run in work.items():
            started = time.perf_counter()
            run()
            if number >= 20:  # the first ones import, connect and compile
                seconds[name].append(time.perf_counter() - started)
    return {
        name: Seconds(statistics.median(taken), statistics.quantiles(taken, n=10)[0]) for name, taken in seconds.items()
    }


def _signed_in() -> str:
    """The cookie of a session with both factors."""
    from django.contrib import auth
    from django_otp import DEVICE_ID_SESSION_KEY

    from accounts.models import TOTPDevice
    from accounts.services import ensure_ready_account
    from accounts.sessions.store import SessionStore
    from compliance.audit import Actor

    secret = "a benchmark has no secrets of its own"  # noqa: S105  of a throw-away database
    user, _ = ensure_ready_account("scientist", "Data scientist", password=secret, actor=Actor.system("benchmark"))
    session = SessionStore()
    session[auth.SESSION_KEY] = str(user.pk)
    session[auth.BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[DEVICE_ID_SESSION_KEY] = TOTPDevice.objects.get(user=user, confirmed=True).persistent_id
    session.save()
    return str(session.session_key)


def _ours(key: str) -> Callable[[], object]:
    from accounts.sessions.store import SessionStore

    def look() -> object:
        row = SessionStore(key).current_row
        if row is None or not row.user.is_active:
            raise RuntimeError("The session is not known.")
        return row

    return look


def _in_valkey(key: str) -> dict[str, Callable[[], object]]:
    """A sealed copy of session and account in Valkey, found by a keyed digest of the cookie."""
    import redis
    from django.conf import settings
    from django.db import connection

    from accounts.models import User
    from accounts.sessions.store import SessionStore
    from modelops.crypto import envelope
    from modelops.crypto.keyed import keyed_digest
    from modelops.crypto.purposes import Purpose

    valkey: Any = redis.Redis.from_url(settings.REDIS_URL)
    store = SessionStore(key)
    row = store.current_row
    assert row is not None
    names = [field.attname for field in User._meta.concrete_fields]
    account = {name: str(getattr(row.user, name)) for name in names}

    def place() -> tuple[bytes, bytes]:
        digest = keyed_digest(Purpose.SESSION, b"benchmark.session", key.encode())
        return digest, b"benchmark.session:" + digest

    digest, context = place()
    copy = json.dumps({"data": dict(store.items()), "user": account, "epoch": 0}).encode()
    valkey.set(digest, envelope.seal_value(copy, purpose=Purpose.SESSION, context=context))

    def alone() -> dict[str, Any]:
        digest, context = place()
        found = json.loads(envelope.unseal(valkey.get(digest), purpose=Purpose.SESSION, context=context))
        found["row"] = User.from_db("default", names, [found["user"][name] for name in names])
        return found

    def with_epoch() -> dict[str, Any]:
        found = alone()
        with connection.cursor() as cursor:  # any column of the account's row serves: the cost is the read
            cursor.execute("SELECT is_active FROM accounts_user WHERE id = %s", [found["user"]["id"]])
            found["active"] = cursor.fetchone()
        return found

    return {_EPOCH: with_epoch, _ALONE: alone}


def _pages(key: str) -> tuple[Callable[[], bytes], Callable[[], bytes]]:
    """The page without a session and with one, through the whole WSGI application."""
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.test import RequestFactory

    # Nothing puts these back: the process is the benchmark's own. Nobody asks as often as it does.
    settings.ROOT_URLCONF, settings.ALLOWED_HOSTS = "benchmarks.session_page", ["testserver", "localhost"]
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.endswith("ThrottleMiddleware")]
    handler = WSGIHandler()

    def started(status: str, *_: object) -> None:
        if status != "200 OK":
            raise RuntimeError(f"The page answered {status}.")

    def page(cookie: str) -> Callable[[], bytes]:
        environ = RequestFactory(headers={"cookie": cookie} if cookie else {}).get("/benchmark/who/").environ

        def ask() -> bytes:
            answer = handler(dict(environ), started)
            content: bytes = b"".join(answer)
            answer.close()
            return content

        return ask

    bare, known = page(""), page(f"{settings.SESSION_COOKIE_NAME}={key}")
    if bare() != b"None" or len(known()) != 36:
        raise RuntimeError("The page does not know who asks.")
    return bare, known


def _cpu(run: Callable[[], object], rounds: int) -> float:
    """CPU seconds a round, of this process and of all of its PostgreSQL backends."""
    started = time.process_time() + _backends()
    for _ in range(rounds):
        run()
    return (time.process_time() + _backends() - started) / rounds


def _backends() -> float:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'")
        pids = [row[0] for row in cursor.fetchall()]
    fields = [Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split() for pid in pids]
    return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")
