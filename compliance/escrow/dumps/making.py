"""Making a sealed dump: ``pg_dump`` writes into a pipe, and only sealed bytes reach a disk."""

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.db import connection, transaction
from django.utils import timezone

from compliance.audit import Actor
from compliance.audit.ledger import record
from compliance.escrow.audit_events import DUMP_MADE
from compliance.escrow.drill.restoring import program
from modelops.crypto.escrow import Recipient
from modelops.lib.errors import Conflict, Invalid

from .sealed_file import begin

_PIECE: Final = 1 << 20
# How libpq is told in its environment what Django tells it as parameters: a command line can be read by everybody.
_LIBPQ: Final = {
    "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was written: its size, its digest, and the size of the dump in it."""

    path: Path
    stored_bytes: int
    dump_bytes: int
    sha256: str


def make_dump(recipients: Sequence[Recipient], path: Path, *, actor: Actor) -> Made:
    """Dump the portal's database into the new file ``path``, for each of ``recipients``, and record it.

    The file appears under its name once it is whole and on the disk. Raises Conflict when it is there already, Invalid
    when it cannot be made.
    """
    draft = path.with_name(f".{path.name}.part")
    if path.exists():
        raise Conflict(
            f"{path} exists already, and a backup never overwrites a file. Choose another name.",
            code="backup.file_exists",
        )
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(file.fileno(), 0o600)
                made = _seal(file, recipients, path)
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, path)  # unlike a rename it never takes the place of another file
        finally:
            draft.unlink(missing_ok=True)
    except FileExistsError:
        raise Conflict(f"{path} was made by somebody else meanwhile.", code="backup.file_exists") from None
    except OSError as error:
        raise Invalid(f"{path} cannot be written: {error.strerror}.", code="backup.not_written") from None
    with transaction.atomic():
        record(
            DUMP_MADE, None, actor=actor, bytes=made.stored_bytes, sha256=made.sha256, recipients=len(recipients),
            fingerprints=[one.fingerprint for one in recipients],
        )  # fmt: skip
    return made


def _seal(file: BinaryIO, recipients: Sequence[Recipient], path: Path) -> Made:
    counted = _Counted(file)
    writer = begin(counted, recipients, os.urandom(32), timezone.now())  # type: ignore[arg-type]
    command = [program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", "--no-password"]
    with tempfile.TemporaryFile() as said:
        dumping = subprocess.Popen(command, env=_environment(), stdout=subprocess.PIPE, stderr=said)
        assert dumping.stdout is not None  # noqa: S101  a pipe
        try:
            while piece := dumping.stdout.read(_PIECE):
                writer.write(piece)
            if dumping.wait() != 0:
                said.seek(0)
                reason = (said.read(4096).decode(errors="replace").strip().splitlines() or ["no reason given"])[0]
                raise Invalid(f"pg_dump failed: {reason[:300]}", code="backup.dump_failed")
        finally:
            if dumping.poll() is None:
                dumping.kill()
            dumping.stdout.close()
            dumping.wait()
    writer.finish()
    return Made(path, counted.size, writer.plaintext_bytes, counted.digest.hexdigest())


def _environment() -> dict[str, str]:
    given = connection.get_connection_params()
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}
    return environment | {_LIBPQ[name]: str(value) for name, value in given.items() if value and name in _LIBPQ}


class _Counted:
    """Passes bytes on and knows their number and digest."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, data: Any) -> int:
        """As a file's."""
        self.size += len(data)
        self.digest.update(data)
        return self._file.write(data)
