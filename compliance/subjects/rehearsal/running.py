"""A whole drill: the dump into a scratch database, the erasures done again on it in a process of its own."""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from compliance.escrow.drill.restoring import restore
from compliance.escrow.drill.result import DrillFailed
from compliance.escrow.drill.scratch import scratch_database
from modelops.crypto.escrow import Identity
from modelops.lib.errors import DomainError

from .result import Rehearsed

_PIECE: Final = 1 << 20
_LIMIT_S: Final = 24 * 3600


def newest_dump(path: Path) -> Path:
    """The dump itself, or the newest file of a folder of dumps. Raises DrillFailed for an empty folder."""
    if not path.is_dir():
        return path
    files = [each for each in path.iterdir() if each.is_file() and not each.name.startswith(".")]
    if not files:
        raise DrillFailed(f"{path} holds no file; name the folder of the dumps.", code="drill.dump_unreadable")
    return max(files, key=lambda each: each.stat().st_mtime)


def run_drill(
    dump: Path, *, server: str | None = None, max_age_days: int = 2, identity: Identity | None = None
) -> Rehearsed:
    """Restore ``dump`` and look for everybody who was erased; never raises for what it finds."""
    result = Rehearsed()
    started = time.monotonic()
    try:
        path = newest_dump(dump)
        result.dump_sha256 = _digest(path)
        with scratch_database(server) as url:
            restore(path, url, identity)
            answer = _rehearse(url, max_age_days)
        result.take(answer)
        if answer.get("code"):
            raise DrillFailed(str(answer["message"]), code=str(answer["code"]))
    except DomainError as error:
        result.code, result.message = error.code, str(error)
    result.duration_s = round(time.monotonic() - started, 3)
    return result


def _rehearse(url: str, max_age_days: int) -> dict[str, Any]:
    env = {
        **os.environ,
        "DATABASE_URL": url,
        "REDIS_URL": settings.REDIS_URL,
        "MODELOPS_HOME": str(settings.MODELOPS_HOME),
        "MODELOPS_ENV": settings.MODELOPS_ENV,
        "MODELOPS_ERASURE_LEDGER": str(settings.MODELOPS_ERASURE_LEDGER),
        "SECRET_KEY": str(settings.SECRET_KEY),
        "DJANGO_SETTINGS_MODULE": "modelops.settings",
    }
    for name in ("SECRET_KEY_FILE", "MODELOPS_OWNER_DATABASE_URL"):
        env.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-m", "compliance.subjects.rehearsal.rehearse", str(max_age_days)],
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=_LIMIT_S,
    )
    try:
        return dict(json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, ValueError):
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise DrillFailed(f"The restored portal does not start: {reason[:300]}", code="drill.does_not_start") from None


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
    except OSError as error:
        raise DrillFailed(f"The dump {path} cannot be read: {error.strerror}.", code="drill.dump_unreadable") from None
    return digest.hexdigest()
