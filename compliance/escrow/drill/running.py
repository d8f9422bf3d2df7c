"""A whole drill, from the files that a recovery would start from to the line that says whether it would work."""

import base64
import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings

from modelops.crypto.escrow import Identity, OpenedBackup, open_backup
from modelops.crypto.providers.sources import variables
from modelops.lib.errors import DomainError

from .restoring import restore
from .result import DrillFailed, DrillResult
from .scratch import scratch_database

_PIECE = 1 << 20
_LIMIT_S = 24 * 3600


def run_drill(
    dump: Path, backup: Path, identity: Identity, *, server: str | None = None, max_age_days: int = 7
) -> DrillResult:
    """Restore ``dump`` into a scratch database and open it with ``backup`` alone; never raises for what it finds."""
    result = DrillResult()
    started = time.monotonic()
    try:
        _prove(result, dump, backup, identity, server, max_age_days)
    except DomainError as error:
        result.code, result.message = error.code, str(error)
    result.duration_s = round(time.monotonic() - started, 3)
    return result


def _prove(
    result: DrillResult, dump: Path, backup: Path, identity: Identity, server: str | None, max_age_days: int
) -> None:
    try:
        content = backup.read_bytes()
    except OSError as error:
        raise DrillFailed(f"The backup {backup} cannot be read: {error.strerror}.", code="backup.unreadable") from None
    result.backup_sha256 = hashlib.sha256(content).hexdigest()
    result.dump_sha256 = _digest(dump)
    opened = open_backup(content, identity)
    result.backup_made_at = opened.made_at
    result.said.append(f"the identity opens the backup of {opened.made_at:%Y-%m-%d %H:%M} UTC: {len(opened.keys)} keys")
    with scratch_database(server) as url:
        restore(dump, url, identity)
        answer = _rehearse(url, opened, max_age_days)
    result.take(answer)
    if answer.get("code"):
        raise DrillFailed(str(answer["message"]), code=str(answer["code"]))


def _rehearse(url: str, opened: OpenedBackup, max_age_days: int) -> dict[str, Any]:
    """Open everything in a process that has no root key: what it can do, a recovery can."""
    own = {name: value for name, value in os.environ.items() if name not in variables()}
    env = {
        **own,
        "DATABASE_URL": url,
        "REDIS_URL": settings.REDIS_URL,
        "MODELOPS_HOME": str(settings.MODELOPS_HOME),
        "MODELOPS_ENV": settings.MODELOPS_ENV,
        "SECRET_KEY": str(settings.SECRET_KEY),
        "DJANGO_SETTINGS_MODULE": "modelops.settings",
    }
    env.pop("SECRET_KEY_FILE", None)
    asked = {
        "backup_made_at": opened.made_at.isoformat(),
        "max_age_days": max_age_days,
        "keys": [
            {
                "id": str(key.id),
                "purpose": key.purpose,
                "version": key.version,
                "state": key.state,
                "material": base64.b64encode(key.material).decode(),
            }
            for key in opened.keys.values()
        ],
    }
    done = subprocess.run(
        [sys.executable, "-m", "compliance.escrow.drill.rehearsal"],
        input=json.dumps(asked),  # by a pipe: neither a file nor a command line ever holds a key
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=_LIMIT_S,
    )
    try:
        answer = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise DrillFailed(f"The restored portal does not start: {reason[:300]}", code="drill.does_not_start") from None
    return dict(answer)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except OSError as error:
        raise DrillFailed(f"The dump {path} cannot be read: {error.strerror}.", code="drill.dump_unreadable") from None
    return digest.hexdigest()
