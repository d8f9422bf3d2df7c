"""PostgreSQL data that was migrated once, kept to be copied by the servers of tests and measurements.

Migrating an empty database takes seconds of both cores, and each of these servers has one. What is kept here is the
data folder as the portal's first start makes it. Whoever uses a copy still runs ``migrate``, which then finds nothing
to apply and brings roles, grants and triggers in step with the code as it is now.
"""

from __future__ import annotations

import fcntl
import getpass
import hashlib
import os
import re
import shutil
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from modelops.embedded import binaries
from modelops.embedded.paths import CHECKOUT, private_folder
from modelops.embedded.service_user import ServiceUser

APPS = ("modelops", "compliance", "accounts", "registry", "dataquality", "monitoring")
# What else decides how a migrated database looks, besides the migrations and all that they import.
_ALSO = (
    "requirements.txt",
    "modelops/settings.py",
    "modelops/embedded/postgres.py",
    "modelops/embedded/snapshots.py",
    "modelops/lib/migration_states.py",
)
# Branches of one checkout take turns; each archive has a few megabytes.
_KEPT = 6
_IMPORT = re.compile(r"^\s*(?:import ([\w.]+)|from (\.*)([\w.]*) import (\([^)]*\)|[^\n]*))", re.M)


def kept(user: ServiceUser, make: Callable[[Path], None]) -> Path | None:
    """The archive for the checkout as it is, made by ``make`` when there is none; None when it cannot be had.

    Whoever finds no archive waits for the one who makes it; a killed maker leaves nothing that looks like one.
    """
    try:
        folder = _folder()
        archive = folder / f"{key(user)}.tar.gz"
        if not archive.exists():
            with (folder / "lock").open("a") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX)
                if not archive.exists():
                    _make(archive, make)
        os.utime(archive)
    except (OSError, RuntimeError):  # no home, or a disk that is full or may not be written to: migrating works as ever
        return None
    return archive


def save(data: Path, archive: Path) -> None:
    """Pack the data folder of a stopped server."""
    with tarfile.open(archive, "w:gz", compresslevel=1) as packed:
        packed.add(data, "data")


def restore(archive: Path, data: Path, user: ServiceUser) -> bool:
    """Unpack an archive as the data folder ``data`` of ``user``, whole or not at all; whether it could be."""
    draft = Path(tempfile.mkdtemp(prefix=".copy-", dir=data.parent))
    try:
        with tarfile.open(archive) as packed:
            packed.extraction_filter = lambda member, path: member  # nobody else can write to where it was kept
            packed.extractall(draft)  # noqa: S202 (an archive of our own)
        if user.uid != os.geteuid():
            for folder, _, files in os.walk(draft):
                os.chown(folder, *user.owner)
                for name in files:
                    os.chown(Path(folder) / name, *user.owner)
        (draft / "data").rename(data)
    except (OSError, EOFError, zlib.error, tarfile.TarError):  # a power cut, or a disk that is full
        archive.unlink(missing_ok=True)
        return False
    finally:
        shutil.rmtree(draft)
    return True


def key(user: ServiceUser) -> str:
    """What a migrated database follows from, as a digest.

    That includes the day: the ledger's first months are those of the day on which it was made.
    """
    digest = hashlib.sha256()
    known = (
        binaries.find_postgres().version,
        sys.version,
        user.name,
        getpass.getuser(),
        f"{datetime.now(UTC):%Y-%m-%d}",
    )
    digest.update(repr(known).encode())
    # Triggers are made of what each app declares to be watched.
    declared = {path for app in APPS for path in (CHECKOUT / app).rglob("watched.py")}
    for path in sorted({*_sources(), *declared, *(CHECKOUT / name for name in _ALSO)}):
        digest.update(f"\n{path.relative_to(CHECKOUT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:32]


def _folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(cache) / "modelops-migrated"
    private_folder(folder, (os.geteuid(), os.getegid()))
    return folder


def _make(archive: Path, make: Callable[[Path], None]) -> None:
    for leftover in archive.parent.glob("*.partial"):
        leftover.unlink()
    draft = archive.with_suffix(".partial")
    make(draft)
    draft.replace(archive)
    by_age = sorted(archive.parent.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    for old in by_age[:-_KEPT]:
        old.unlink()


def _sources() -> set[Path]:
    """The migrations, and all of the portal's modules that they import, and those that these import."""
    found = {path for app in APPS for path in (CHECKOUT / app).rglob("migrations/*.py")}
    waiting = list(found)
    while waiting:
        new = {path for path in map(_file_of, _imported(waiting.pop())) if path is not None} - found
        found |= new
        waiting += new
    return found


def _imported(path: Path) -> Iterator[str]:
    package = path.relative_to(CHECKOUT).with_suffix("").parts
    for plain, dots, module, names in _IMPORT.findall(path.read_text(encoding="utf-8")):
        base = ".".join([*(package[: -len(dots)] if dots else ()), *filter(None, [plain or module])])
        yield base
        yield from (f"{base}.{name}" for name in re.findall(r"\w+", names))


def _file_of(module: str) -> Path | None:
    if module.partition(".")[0] not in APPS:
        return None
    path = CHECKOUT.joinpath(*module.split("."))
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((candidate for candidate in candidates if candidate.is_file()), None)
