"""The embedded pair of one home: set up, started and stopped by one process at a time."""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from modelops.embedded import binaries
from modelops.embedded.keyfiles import prepare_keys
from modelops.embedded.paths import Home, fits_a_socket, private_folder
from modelops.embedded.postgres import Cluster, data_major
from modelops.embedded.service_user import ServiceUser, service_user
from modelops.embedded.valkey import Server

# Servers that `up` leaves to themselves; their handles are kept so that nobody waits for, or complains about, them.
_standing_alone: list[subprocess.Popen[bytes]] = []

# Where root's servers live when the service user cannot enter the folder that was asked for.
SHARED_STATE = Path("/var/lib/modelops")


@dataclass
class Pair:
    """PostgreSQL and Valkey of one home; None where the environment names a server instead."""

    home: Home
    cluster: Cluster | None
    valkey: Server | None
    told: list[str] = field(default_factory=list)

    def start_postgres(self, dies_with_parent: bool) -> subprocess.Popen[bytes] | None:
        """Start PostgreSQL unless it runs; the process when this call started it."""
        if self.cluster is None or self.cluster.ready():
            return None
        return self.cluster.start(dies_with_parent)

    def start_valkey(self, dies_with_parent: bool) -> subprocess.Popen[bytes] | None:
        """Start Valkey unless it runs; the process when this call started it."""
        if self.valkey is None or self.valkey.ready():
            return None
        return self.valkey.start(dies_with_parent)

    def stop(self) -> None:
        """Stop both, the broker first."""
        if self.valkey is not None:
            self.valkey.stop()
        if self.cluster is not None:
            self.cluster.stop()


@contextlib.contextmanager
def locked(home: Home) -> Iterator[None]:
    """Hold the home for setting up, starting or stopping; others wait. A killed holder lets go by dying."""
    with (home.root / "lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def wanted() -> tuple[bool, bool]:
    """Whether PostgreSQL and Valkey are to be embedded: each is unless the environment names a server."""
    return not os.environ.get("DATABASE_URL"), not os.environ.get("REDIS_URL")


def make_home(home: Home) -> None:
    """Make the home's own folder, which other users may pass through but not list."""
    private_folder(home.root, (os.geteuid(), os.getegid()) if not home.root.exists() else _owner(home.root), 0o711)


def prepare(home: Home) -> Pair:
    """Make everything below the home that is missing, and give the pair, not started. Call while holding the lock."""
    me = (os.geteuid(), os.getegid())
    for folder in (home.artifacts, home.logs, home.tmp):
        private_folder(folder, me)
    with_postgres, with_valkey = wanted()
    told: list[str] = []
    user = service_user(home.postgres) if with_postgres or with_valkey else ServiceUser(getpass.getuser(), *me)
    if with_postgres or with_valkey:
        told += _place(home, user)
    told += prepare_keys(home, database_exists=with_postgres and data_major(home.postgres) is not None)
    pair = Pair(home, None, None, told)
    if with_postgres:
        pair.cluster = Cluster(
            data=home.postgres.resolve(),
            programs=_programs(home),
            user=user,
            sockets=home.sockets,
            log=home.logs / "postgres.log",
        )
        if pair.cluster.create({_my_name(), user.name}):
            told.append(f"Made a PostgreSQL {pair.cluster.programs.version} database: {home.postgres}")
    if with_valkey:
        private_folder(home.valkey.resolve(), user.owner)
        pair.valkey = Server(
            folder=home.valkey.resolve(),
            programs=binaries.stage_valkey(binaries.find_valkey(), home.runtime.resolve()),
            user=user,
            socket=home.valkey_socket,
            password=home.valkey_password.read_text(encoding="utf-8").strip(),
            log=home.logs / "valkey.log",
        )
    return pair


def up(home: Home) -> Pair:
    """Bring the pair up as free-standing servers; safe to call any number of times at once."""
    make_home(home)
    with locked(home):
        pair = prepare(home)
        started = [pair.start_postgres(dies_with_parent=False)]
        if pair.cluster is not None:
            pair.cluster.prepare_database()
        started.append(pair.start_valkey(dies_with_parent=False))
    _standing_alone.extend(server for server in started if server is not None)
    return pair


def down(home: Home) -> bool:
    """Stop the pair of this home; False when there is no such home."""
    if not home.keys.exists():
        return False
    with locked(home):
        prepare(home).stop()
    _standing_alone[:] = [server for server in _standing_alone if server.poll() is None]
    return True


def _programs(home: Home) -> binaries.Postgres:
    """The PostgreSQL for this home: for existing data one of its own major version, as long as one is at hand."""
    runtime = home.runtime.resolve()
    found = binaries.stage_postgres(binaries.find_postgres(), runtime)
    major = data_major(home.postgres)
    if major is None or major == found.major:
        return found
    return binaries.staged_postgres(runtime, major) or found


def _place(home: Home, user: ServiceUser) -> list[str]:
    """Make the servers' folders where ``user`` can reach them, and their sockets where the path is short enough."""
    told = []
    links = (home.root / "sockets", home.valkey, home.runtime, home.postgres)
    if not home.postgres.exists() and user.uid != os.geteuid() and not _passable(home.root):
        SHARED_STATE.mkdir(mode=0o711, parents=True, exist_ok=True)
        elsewhere = Path(tempfile.mkdtemp(prefix="servers-", dir=SHARED_STATE))
        elsewhere.chmod(0o711)
        for link in links[:-1]:
            _link(link, elsewhere / link.name)
        _link(home.postgres, elsewhere / "postgres")
        told.append(f"{user.name} cannot enter {home.root}; the servers' files are in {elsewhere} (linked from there).")
    private_folder(home.runtime.resolve(), (os.geteuid(), os.getegid()), 0o755)
    sockets = home.root / "sockets"
    if not sockets.is_symlink() and not fits_a_socket(sockets):
        _link(sockets, home.short_sockets())
    private_folder(home.sockets, user.owner)
    return told


def _link(link: Path, target: Path) -> None:
    """Point ``link`` at ``target``, replacing what an interrupted attempt left."""
    if link.is_symlink():
        link.unlink()
    link.symlink_to(target)


def _passable(folder: Path) -> bool:
    """Whether everybody may pass through ``folder`` and all folders above it."""
    return all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents))


def _owner(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_uid, found.st_gid


def _my_name() -> str:
    try:
        return getpass.getuser() if os.geteuid() != 0 else "root"
    except (KeyError, OSError):
        return "root"
