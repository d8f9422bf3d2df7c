"""Loading a dump into the scratch database with PostgreSQL's own programs."""

import os
import re
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from compliance.escrow.dumps.sealed_file import is_sealed, open_dump
from modelops.crypto.escrow import Identity
from modelops.embedded import binaries
from modelops.embedded.problems import CannotStart

from .result import DrillFailed

_CUSTOM = b"PGDMP"
_LIMIT_S = 6 * 3600


def restore(dump: Path, url: str, identity: Identity | None = None) -> None:
    """Load ``dump`` (``pg_dump`` in custom or plain form, or sealed for ``identity``) into the database of ``url``.

    All of it or nothing. Raises DrillFailed, DumpUnreadable.
    """
    try:
        if is_sealed(dump):
            return _restore_sealed(dump, url, identity)
        with dump.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise DrillFailed(f"The dump {dump} cannot be read: {error.strerror}.", code="drill.dump_unreadable") from None
    target, environment = _without_password(url)
    if start.startswith(_CUSTOM):
        command = [program("pg_restore"), "--no-owner", "--no-privileges", "--no-comments", "--exit-on-error"]
        command += ["--single-transaction", "--dbname", target, str(dump)]
    elif b"PostgreSQL database dump" in start:
        command = [program("psql"), "--no-psqlrc", "--quiet", "--single-transaction", "--set", "ON_ERROR_STOP=1"]
        command += ["--dbname", target, "--file", str(dump), "--output", os.devnull]
    else:
        raise DrillFailed(
            f"{dump} is no dump of PostgreSQL. Make one: "
            "pg_dump --format=custom --no-owner --no-privileges --file FILE",
            code="drill.dump_unreadable",
        )
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, errors="replace", check=False, timeout=_LIMIT_S
    )
    _require_done(done.returncode, done.stderr)
    return None


def _restore_sealed(dump: Path, url: str, identity: Identity | None) -> None:
    """Each piece is checked before it goes into the pipe; at a bad one the restoring transaction ends with nothing."""
    if identity is None:
        raise DrillFailed(
            f"{dump} is sealed for recovery recipients. Give the private key of one: --identity PRIVATE.pem",
            code="drill.identity_missing",
        )
    opened = open_dump(dump, identity)
    target, environment = _without_password(url)
    command = [program("pg_restore"), "--no-owner", "--no-privileges", "--no-comments", "--exit-on-error"]
    command += ["--single-transaction", "--dbname", target]
    with tempfile.TemporaryFile() as said:
        loading = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=said, stderr=said)
        assert loading.stdin is not None  # noqa: S101  a pipe
        try:
            for piece in opened.pieces:
                loading.stdin.write(piece)
            loading.stdin.close()
            loading.wait(_LIMIT_S)
        except BrokenPipeError:
            loading.wait(60)  # it ended by itself, and says why
        finally:
            opened.pieces.close()
            if loading.poll() is None:
                loading.kill()
                loading.wait()
            with suppress(BrokenPipeError):
                loading.stdin.close()
        said.seek(0)
        _require_done(loading.returncode, said.read(1 << 20).decode(errors="replace"))


def _require_done(code: int, said: str) -> None:
    if code != 0:
        # The first line names the statement's fault; the rest may quote rows.
        reason = next((line for line in said.splitlines() if "error" in line.lower()), "no reason given")
        raise DrillFailed(
            f"The dump could not be restored: {reason[:300]}. Make it with: pg_dump --format=custom --no-owner "
            "--no-privileges --file FILE",
            code="drill.dump_unreadable",
        )


def program(name: str) -> str:
    """The newest of the programs at hand: an older one does not read the dump of a newer server."""
    found: list[Path] = []
    on_path = shutil.which(name)
    if on_path:
        found.append(Path(on_path))
    try:
        bundled = binaries.find_postgres().bin / name
    except CannotStart:
        bundled = None
    if bundled is not None and bundled.exists():
        found.append(bundled)
    if not found:
        raise DrillFailed(f"{name} was not found. Install PostgreSQL's client programs.", code="drill.no_programs")
    return str(max(found, key=_version))


def _version(program: Path) -> tuple[int, ...]:
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False, timeout=20)
    match = re.search(r"\) (\d+(?:\.\d+)*)", answer.stdout)
    return tuple(int(part) for part in match.group(1).split(".")) if match else (0,)


def _without_password(url: str) -> tuple[str, dict[str, str]]:
    """The URL for a command line, which everybody on the machine can read, and the password for the environment."""
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}
    parts = urlsplit(url)
    if parts.password:
        environment["PGPASSWORD"] = unquote(parts.password)
        account, _, place = parts.netloc.rpartition("@")
        parts = parts._replace(netloc=f"{account.split(':')[0]}@{place}")
    return urlunsplit(parts), environment
