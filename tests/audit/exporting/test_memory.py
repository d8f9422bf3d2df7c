"""Exporting and checking take the same memory for many rows as for few."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from compliance.audit.exporting.export import begin_export
from compliance.audit.exporting.selection import read_selection
from compliance.audit.exporting.signing import key_file
from tests.audit.exporting.kit import OFFICER
from tests.audit.exporting.sealing import SealedLedger

MIB = 1 << 20
# The long mode of the suite exports the million rows that the requirement speaks of.
ROWS = 1_000_000 if int(os.environ.get("PORTAL_TEST_KILLS", "0")) >= 60 else 50_000

_INSERT = """
INSERT INTO audit_auditevent (id, name, category, outcome, actor_kind, actor_ref, target_type, target_id, details,
                              request_id, source)
SELECT (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0') || '7000' || '8000'
        || lpad(to_hex(n), 12, '0'))::uuid,
       'tests.export.written', CASE mod(n, 2) WHEN 0 THEN 'data' ELSE 'model' END, 'success', 'user', '42',
       'registry.model', mod(n, 100)::text,
       '{"what":"row ' || n || ' of many, as long as rows are on average in a portal"}',
       'r-' || n, '203.0.113.0/24'
FROM generate_series(1, %s) n
"""


@pytest.fixture
def many(db: None) -> SealedLedger:
    """That many sealed rows under one checkpoint, made by the database."""
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [ROWS])
        cursor.execute("ANALYZE audit_auditevent")
    ledger = SealedLedger()
    ledger.checkpoint()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE audit_sealing_leaf")
    return ledger


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_memory_does_not_grow_with_the_rows(many: SealedLedger, tmp_path: Path) -> None:
    """S4-94: a million rows in less than 200 MB; here the growth from the first piece to the last is bounded."""
    for form, given in (("jsonl", {}), ("jsonl", {"category": "data"}), ("ocsf", {})):
        file = tmp_path / f"many-{len(given)}.{form}"
        peaks: list[int] = []
        with file.open("wb") as out:
            for number, piece in enumerate(begin_export(read_selection(given), form, actor=OFFICER).pieces):
                out.write(piece)
                if number % 16 == 0:
                    peaks.append(resident())
        grown = max(peaks) - peaks[min(2, len(peaks) - 1)]
        assert grown < 48 * MIB, (form, given, grown // MIB)
        if form == "jsonl":
            said, peak = checked(file, tmp_path)
            assert said.startswith("HOLDS"), said
            assert peak < 100 * MIB, peak // MIB


def checked(file: Path, folder: Path) -> tuple[str, int]:
    """What the program says of a file, and the most memory that it took."""
    (folder / "keys.txt").write_text(key_file())
    program = settings.BASE_DIR / "compliance/audit/exporting/verify_audit.py"
    arguments = [sys.executable, "-I", str(program), str(file), "--key", str(folder / "keys.txt")]
    peak = 0
    with (folder / "said.txt").open("w") as out:
        child = subprocess.Popen(arguments, stdout=out, env={})
        while child.poll() is None:
            # What the kernel tells of a child that has ended includes what its parent was before.
            found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{child.pid}/status").read_text())
            peak = max(peak, int(found[1]) * 1024 if found else 0)
            time.sleep(0.02)
    return (folder / "said.txt").read_text(), peak
