"""A PostgreSQL and a Valkey that live for one test run and promise nothing about durability."""

from __future__ import annotations

import base64
import contextlib
import getpass
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from modelops.embedded import binaries, processes, snapshots
from modelops.embedded.locate import OWNER, SEALER, database_url, redis_url
from modelops.embedded.paths import CHECKOUT, private_folder
from modelops.embedded.postgres import Cluster
from modelops.embedded.problems import CannotStart
from modelops.embedded.service_user import ServiceUser, service_user
from modelops.embedded.valkey import Server

PREFIX = "mo-test-"


@dataclass(frozen=True)
class ThrowAway:
    """A running pair in a temporary folder; everything is gone after ``remove``."""

    folder: Path
    cluster: Cluster
    valkey: Server
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def database_url(self) -> str:
        """URL of the portal's database for the application."""
        return database_url(self.cluster.sockets)

    @property
    def owner_url(self) -> str:
        """The same for the role that owns the schema and migrates it; it may create further databases."""
        return database_url(self.cluster.sockets, role=OWNER)

    @property
    def sealer_url(self) -> str:
        """The same for the role that seals the ledger."""
        return database_url(self.cluster.sockets, role=SEALER)

    def redis_url(self, db: int = 0) -> str:
        """URL of one of the 128 databases of the Valkey."""
        return redis_url(self.valkey.socket, self.valkey.password, db)

    def remove(self) -> None:
        """Stop both servers and delete their folder."""
        self.valkey.stop()
        self.cluster.stop()
        for process in self.processes:
            process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


def start(*, durable: bool = False, migrated: bool = False) -> ThrowAway:
    """Make and start a throw-away pair. It also ends when the calling process does, however that happens.

    ``durable`` turns the promises back on, for tests that kill a server and look for what was committed. With
    ``migrated`` the database is a copy of one that was migrated before, so that ``migrate`` has little left to do; it
    is to be run all the same, because there may be nothing to copy.
    """
    _remove_abandoned()
    pair = _pair(durable)
    if migrated:
        restore(pair.cluster)
    _begin(pair, for_tests=True)
    return pair


def restore(cluster: Cluster) -> bool:
    """Give a cluster that was never made a migrated database; whether there was one to copy."""
    archive = snapshots.kept(cluster.user, _migrate)
    return archive is not None and snapshots.restore(archive, cluster.data, cluster.user)


def _migrate(archive: Path) -> None:
    """Run the migrations on a server of their own, and pack its data."""
    pair = _pair(durable=False)
    try:
        _begin(pair, for_tests=False)
        env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | {
            "DATABASE_URL": pair.database_url,
            "MODELOPS_OWNER_DATABASE_URL": pair.owner_url,
            "MODELOPS_SEALER_DATABASE_URL": pair.sealer_url,
            "REDIS_URL": pair.redis_url(),
            "MODELOPS_HOME": str(pair.folder / "home"),
            "MODELOPS_ENV": "test",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "MODELOPS_ROOT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        command = [sys.executable, "manage.py", "migrate", "--no-input", "--skip-checks", "-v", "0"]
        done = subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True, check=False, timeout=1200)
        if done.returncode != 0:
            raise CannotStart(f"The migrations failed:\n{done.stderr[-4000:]}")
        pair.cluster.stop()
        snapshots.save(pair.cluster.data, archive)
    finally:
        pair.remove()


def _pair(durable: bool) -> ThrowAway:
    """The folders of a pair, and nothing running in them."""
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=_short_temporary_folder()))
    folder.chmod(0o711)
    user = service_user(folder / "postgres")
    for name in ("sockets", "valkey"):
        private_folder(folder / name, user.owner)
    private_folder(folder / "logs", (os.geteuid(), os.getegid()))
    postgres, server = binaries.find_postgres(), binaries.find_valkey()
    if user.uid != os.geteuid():  # the service user may not be able to enter the virtual environment
        postgres = binaries.stage_postgres(postgres, folder / "runtime")
        server = binaries.stage_valkey(server, folder / "runtime")
    return ThrowAway(
        folder,
        Cluster(folder / "postgres", postgres, user, folder / "sockets", folder / "logs/postgres.log", durable, 200),
        _valkey(folder, server, user, durable),
    )


def _begin(pair: ThrowAway, *, for_tests: bool) -> None:
    pair.cluster.create({getpass.getuser()})
    pair.processes.append(pair.cluster.start(dies_with_parent=True))
    pair.cluster.prepare_database(for_tests=for_tests)
    pair.processes.append(pair.valkey.start(dies_with_parent=True))


def _valkey(folder: Path, server: binaries.Valkey, user: ServiceUser, durable: bool) -> Server:
    socket, log = folder / "sockets" / "valkey.sock", folder / "logs" / "valkey.log"
    return Server(folder / "valkey", server, user, socket, secrets.token_hex(16), log, durable)


def _short_temporary_folder() -> str:
    """TMPDIR unless it is so deep that a socket below it would not have a valid name."""
    usual = tempfile.gettempdir()
    return usual if len(usual) <= 40 else "/tmp"  # noqa: S108 (mkdtemp makes a private folder in it)


def _remove_abandoned() -> None:
    """Delete folders of test runs that were killed before they could do it."""
    for path in Path(_short_temporary_folder()).glob(f"{PREFIX}*-*"):
        pid = path.name.removeprefix(PREFIX).split("-")[0]
        with contextlib.suppress(OSError):
            if pid.isdigit() and not processes.alive(int(pid)) and path.stat().st_uid == os.geteuid():
                shutil.rmtree(path, ignore_errors=True)
