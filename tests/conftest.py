"""What every test has: throw-away servers, a database with keys, receivers, a live portal, and no network."""

import ipaddress
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from tests.baseline import Baseline
from tests.browsers import chromium, pictures  # noqa: F401  fixtures, which are found here
from tests.collecting import Collecting, is_live
from tests.live import LivePortal
from tests.receivers import HttpReceiver, Mailbox
from tests.services import TEMPLATE, Services, take_share
from tests.streams import Streams

_services = Services()
_baseline: list[Baseline] = []
_live: list[LivePortal] = []


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the servers once a run, before any process of it reads the settings."""
    if "modelops.settings" in sys.modules or "DJANGO_SETTINGS_MODULE" in os.environ:
        raise pytest.UsageError("Unset DJANGO_SETTINGS_MODULE: the servers must be there before settings are read.")
    config.pluginmanager.register(Collecting())
    config.pluginmanager.register(Streams())
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        _services.start()
    if worker is not None or not config.getoption("numprocesses", None):
        take_share(worker)
        _ = settings.INSTALLED_APPS  # reads the settings now; pytest-django sets Django up when it finds them read
        _work_as_owner()


def _work_as_owner() -> None:
    """Tests make and empty the database, which its owner may; the portal's processes work as the application."""
    owner = urlsplit(os.environ.get("MODELOPS_OWNER_DATABASE_URL", ""))
    if owner.username:
        settings.DATABASES["default"] |= {"USER": owner.username, "PASSWORD": owner.password or ""}
    if "PORTAL_TEST_DATA" in os.environ:
        settings.DATABASES["default"]["TEST"] = {"TEMPLATE": TEMPLATE}


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers, also when the run was interrupted."""
    _services.stop()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failed run: it would look green and show nothing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.section("skipped tests fail the run when CI=true", red=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Put the rows of a new database back after a test that committed.

    The live portal ends with the last test in a row that uses it: its worker and beat act on the same database and
    would do another test's work.
    """
    result = yield
    if _live and not is_live(nextitem):
        _live[0].stop_all()
    if _commits(item) and _baseline and nextitem is not None:  # after the last test there is no database any more
        from django.contrib.contenttypes.models import ContentType
        from django.db import connection

        with item.config.stash[_blocker].unblock():
            _baseline[0].restore(connection)
        ContentType.objects.clear_cache()
    if _baseline:
        from modelops.crypto.keyring import keyring

        # A key that the test made is gone with its rows; the next test would seal with it.
        keyring.forget()
    return result


_blocker: pytest.StashKey[Any] = pytest.StashKey()


def _commits(item: pytest.Item) -> bool:
    names = getattr(item, "fixturenames", ())
    marker = item.get_closest_marker("django_db")
    return "transactional_db" in names or is_live(item) or bool(marker and marker.kwargs.get("transaction"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any, request: pytest.FixtureRequest) -> None:
    """The test database, with the first ring keys in it."""
    from django.db import connection

    from compliance.ledger_desk.months import make_months
    from modelops.crypto.services import create_first_keys

    request.config.stash[_blocker] = django_db_blocker
    with django_db_blocker.unblock():
        create_first_keys()
        make_months()  # else a worker of the live portal makes some, which could not be emptied
        _allow_emptying(connection)
        _baseline[:] = [Baseline(connection)]


def _allow_emptying(connection: Any) -> None:
    """Some tests begin with TRUNCATE of tables that only grow, which triggers refuse."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_make_months(4)")  # more than the schedule makes: its months have triggers again
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE NOT tgisinternal AND (tgtype & 32) <> 0"  # 32: BEFORE or AFTER TRUNCATE
        )
        for table, trigger in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


@pytest.fixture(autouse=True, scope="session")
def _no_flush() -> Iterator[None]:
    """What Django would do after a test that commits, `Baseline` does in a fraction of the time."""
    from django.test import TransactionTestCase

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: None)
        yield


@pytest.fixture(autouse=True, scope="session")
def _static_files_once() -> Iterator[None]:
    """Every test client loads the middleware anew; what it finds on the disk is the same each time."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    search, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def remembered(self: Any) -> None:
        known = (self.static_prefix, self.max_age, self.allow_all_origins, self.charset, *settings.STATICFILES_DIRS)
        if known not in found:
            search(self)
            found[known] = dict(self.files)
        self.files.update(found[known])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", remembered)
        yield


@pytest.fixture(autouse=True, scope="session")
def _compiled_once() -> Iterator[None]:
    """Inner loops are compiled by the first process of a run that needs them; each has a home of its own."""
    from modelops.lib import compiled

    folder = Path(settings.MODELOPS_HOME).parent / "compiled"
    folder.mkdir(mode=0o700, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled, "cache_folder", lambda: folder)
        yield


@pytest.fixture(autouse=True)
def _nothing_left_over(request: pytest.FixtureRequest) -> None:
    """Rate limits, sessions and files of one test must not meet the next. The broker's queues stay.

    A test's rows are gone after it, so its artifact files belong to nobody.
    """
    if "django_db_setup" not in request.fixturenames:
        return
    from compliance.audit.context import NO_REQUEST, current
    from compliance.audit.personal import origins

    current.set(NO_REQUEST)  # a test may have checked a credential without a request around it
    origins.forget()
    client = _valkey()
    keys = list(client.scan_iter("modelops:1:*", count=1000))
    if keys:
        client.delete(*keys)
    _remove_files(Path(settings.MODELOPS_HOME) / "artifacts")


def _remove_files(folder: Path) -> None:
    """The folders too, of which there would be thousands to look through; a live portal may be writing into one."""
    has_writers = bool(_live and _live[0].running)
    for path in folder.rglob("*") if has_writers else folder.glob("*"):
        if path.is_dir() and not path.is_symlink():
            if not has_writers:
                shutil.rmtree(path)
        else:
            path.unlink()


@pytest.fixture(autouse=True)
def _light_password_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id as ever, at a hundredth of its cost, which hundreds of sign-ins would pay.

    A process beside the test hashes at the full cost, and would renew a hash of another: there it stays.
    """
    if is_live(request.node):
        return
    from accounts.hashers import PortalArgon2Hasher

    monkeypatch.setattr(PortalArgon2Hasher, "memory_cost", 512)
    monkeypatch.setattr(PortalArgon2Hasher, "time_cost", 1)


@pytest.fixture(autouse=True)
def _scanned_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs beside a test: what waits for the verdict of a scan does the scan itself."""
    from registry.scanning import waiting
    from tests.scans import scan_waiting

    monkeypatch.setattr(waiting, "pause", lambda seconds: scan_waiting())


def _valkey() -> Any:
    from django.core.cache import cache

    return cache._cache.get_client()  # type: ignore[attr-defined]


@pytest.fixture(autouse=True, scope="session")
def _loopback_only() -> Iterator[None]:
    """Refuse connections that leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0])
            if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
                raise RuntimeError(f"A test tried to connect to {host}; only this machine is allowed.")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign, assignment]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def _mailbox() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    mailbox.start()
    yield mailbox
    mailbox.stop()


@pytest.fixture
def smtp_server(_mailbox: Mailbox) -> Iterator[Mailbox]:
    """A real SMTP server, empty at the start of the test; the live portal's mail goes there."""
    _mailbox.messages.clear()
    _mailbox.refuse_with = None
    yield _mailbox
    _mailbox.refuse_with = None


@pytest.fixture
def http_receiver() -> Iterator[HttpReceiver]:
    """A real HTTP server that records what it is sent and answers as told."""
    receiver = HttpReceiver()
    receiver.start()
    yield receiver
    receiver.stop()


@pytest.fixture(scope="session")
def _live_portal(django_db_setup: None, _mailbox: Mailbox, tmp_path_factory: Any) -> Iterator[LivePortal]:
    from django.db import connection

    base, _, options = os.environ["DATABASE_URL"].partition("?")
    database = f"{base.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}"
    env = {
        "DATABASE_URL": f"{database}?{options}" if options else database,
        "EMAIL_HOST": _mailbox.host,
        "EMAIL_PORT": str(_mailbox.port),
    }
    portal = LivePortal(env, tmp_path_factory.mktemp("live"))
    _live[:] = [portal]
    yield portal
    portal.stop_all()
    _live.clear()


@pytest.fixture
def live_portal(transactional_db: None, _live_portal: LivePortal) -> LivePortal:
    """The portal as processes: web and worker run, on this test's (committed) database. Mark such tests ``live``."""
    if "worker" not in _live_portal.running:
        _valkey().flushdb()  # messages of tests that had no worker
    for part in ("web", "worker"):
        process = _live_portal.running.get(part)
        if process is None or process.poll() is not None:
            _live_portal.start(part)
    return _live_portal
