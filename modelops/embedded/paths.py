"""Where a portal keeps its data, and where its sockets are."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from modelops.embedded.problems import CannotStart

CHECKOUT = Path(__file__).resolve().parents[2]
POSTGRES_SOCKET = ".s.PGSQL.5432"
# sockaddr_un holds 108 bytes with the closing zero (104 on macOS); PostgreSQL appends ".lock" to the socket's name.
LONGEST_SOCKET_PATH = 98


@dataclass(frozen=True)
class Home:
    """The data folder of one portal; nothing outside of it (but short socket paths) belongs to the portal."""

    root: Path

    @property
    def postgres(self) -> Path:
        """Data directory of the embedded PostgreSQL."""
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        """Working directory of the embedded Valkey: configuration and append-only file."""
        return self.root / "valkey"

    @property
    def runtime(self) -> Path:
        """Copies of the server binaries, one folder per version."""
        return self.root / "runtime"

    @property
    def artifacts(self) -> Path:
        """Encrypted artifacts of models and datasets."""
        return self.root / "artifacts"

    @property
    def keys(self) -> Path:
        """Secrets of this portal, readable by its owner alone."""
        return self.root / "keys"

    @property
    def tls(self) -> Path:
        """The certificate for development and its key."""
        return self.root / "tls"

    @property
    def logs(self) -> Path:
        """One log file per process."""
        return self.root / "logs"

    @property
    def tmp(self) -> Path:
        """Temporary files of the portal's processes."""
        return self.root / "tmp"

    @property
    def metrics(self) -> Path:
        """Counters that the web processes share."""
        return self.root / "metrics"

    @property
    def secret_key(self) -> Path:
        """Django's signing secret."""
        return self.keys / "secret_key"

    @property
    def root_key(self) -> Path:
        """The root key that wraps the key ring; without it nothing encrypted can be read."""
        return self.keys / "root.key"

    @property
    def valkey_password(self) -> Path:
        """Password of the embedded Valkey."""
        return self.keys / "valkey_password"

    @property
    def state(self) -> Path:
        """What the running supervisor says about itself."""
        return self.root / "supervisor.json"

    @property
    def sockets(self) -> Path:
        """Folder of the servers' sockets, short enough for the operating system.

        ``<home>/sockets`` where that is short; else a link of that name leads to a short folder.
        """
        link = self.root / "sockets"
        if link.is_symlink():
            return link.readlink()
        return link if fits_a_socket(link) else self.short_sockets()

    @property
    def postgres_socket(self) -> Path:
        """The embedded PostgreSQL's socket file."""
        return self.sockets / POSTGRES_SOCKET

    @property
    def valkey_socket(self) -> Path:
        """The embedded Valkey's socket file."""
        return self.sockets / "valkey.sock"

    def short_sockets(self) -> Path:
        """A short folder whose name follows from the user and the home, so that every process finds the same one."""
        digest = hashlib.sha256(str(self.root).encode()).hexdigest()[:12]
        return Path(f"/tmp/mo-{os.geteuid()}-{digest}")  # noqa: S108 (made 0700, owner and kind are checked)


def fits_a_socket(folder: Path) -> bool:
    """Whether the longest socket name in ``folder`` fits the operating system's limit."""
    return len(os.fsencode(folder / POSTGRES_SOCKET)) <= LONGEST_SOCKET_PATH


def default_home() -> Path:
    """The home that belongs to this checkout when ``MODELOPS_HOME`` does not name one.

    Not inside the checkout: its parents may be closed to the service user, and ``git clean`` would delete a database.
    """
    digest = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:12]
    if os.geteuid() == 0:
        return Path("/var/lib/modelops") / digest
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "modelops" / digest


def home_from_environment() -> Home:
    """The home that ``MODELOPS_HOME`` names, else the default one of this checkout."""
    named = os.environ.get("MODELOPS_HOME")
    return Home(Path(named).expanduser().resolve() if named else default_home())


def private_folder(path: Path, owner: tuple[int, int], mode: int = 0o700) -> None:
    """Make ``path`` a real folder of ``owner`` (uid, gid) with exactly ``mode``; refuse a foreign or linked one."""
    uid, gid = owner
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=mode, parents=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise CannotStart(f"{path} is not a folder. Move it away, or choose another MODELOPS_HOME.")
    if found.st_uid not in (uid, os.geteuid()):
        raise CannotStart(
            f"{path} belongs to user id {found.st_uid}, not to {uid}. "
            "Start as its owner, or choose another MODELOPS_HOME."
        )
    if found.st_uid != uid:
        os.chown(path, uid, gid)
    if stat.S_IMODE(found.st_mode) != mode:
        path.chmod(mode)


def write_private(path: Path, text: str, owner: tuple[int, int] | None = None) -> None:
    """Replace ``path`` by a 0600 file with ``text``, whole or not at all, also when the power fails in between."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # mkstemp makes it 0600
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    if owner is not None and owner[0] != os.geteuid():
        os.chown(name, *owner)
    Path(name).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
