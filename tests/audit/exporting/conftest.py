"""A ledger with three checkpoints, and the program that checks files of it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

# The portal's modules are imported when a fixture is made: this file is read before the settings are.


@pytest.fixture
def ledger(db: None) -> Any:
    """700 rows, some of which the set-up left, under checkpoints of 100, 400 and 700."""
    from compliance.audit.models import AuditEvent
    from tests.audit.exporting.kit import write
    from tests.audit.exporting.sealing import SealedLedger

    sealed = SealedLedger()
    for size in (100, 400, 700):
        write(size - AuditEvent.objects.count())
        sealed.checkpoint()
    return sealed


@pytest.fixture
def verify(tmp_path: Path) -> Any:
    """Runs a copy of the program elsewhere, as its own process with nothing of the portal around it."""
    from compliance.audit.exporting.signing import key_file
    from tests.audit.exporting.kit import Judged

    folder = tmp_path / "elsewhere"
    folder.mkdir()
    source = settings.BASE_DIR / "compliance/audit/exporting/verify_audit.py"
    program = Path(shutil.copy(source, folder))

    def run(file: Path, *, keys: str | None = None, anchor: Path | None = None) -> Any:
        (folder / "keys.txt").write_text(key_file() if keys is None else keys)
        arguments = [sys.executable, "-I", str(program), str(file), "--key", str(folder / "keys.txt")]
        if anchor:
            arguments += ["--anchor", str(anchor)]
        # Under coverage or a virtual environment an interpreter finds its packages by its own path.
        done = subprocess.run(arguments, env={}, cwd=os.sep, capture_output=True, text=True, timeout=120, check=False)
        assert done.stderr == "", done.stderr
        return Judged(done.returncode, done.stdout)

    return run
