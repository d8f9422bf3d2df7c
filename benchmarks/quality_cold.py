"""The five exact checks by whole processes: what each takes from its start to its end, and how much memory."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from . import quality_data
from .table import Table, own_home

ROWS, QUICK_ROWS = 5_000_000, 50_000
_WORK = """
import json, sys, time
from pathlib import Path
from benchmarks import quality_peers
path = Path(sys.argv[1])
{call}
# Of this program alone: what the system counts for a child begins with what its parent had.
[peak] = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(json.dumps([time.process_time(), int(peak) / 1024]))
"""
_CALLS = {
    "portal": "quality_peers.portal(path)",
    "reading alone (limit)": "quality_peers.read(path)",
    "pandas": "quality_peers.pandas(path)",
}


def measure(*, quick: bool = False) -> Table:
    """Rows per CPU second of a process, from Parquet; machine code lies in its home, as on every day but the first."""
    rows = QUICK_ROWS if quick else ROWS
    table = Table(f"Quality of {rows:,} rows, by a process from its start", "rows per CPU second", "portal")
    with tempfile.TemporaryDirectory(prefix="benchmark-quality-") as name:
        path = quality_data.write(Path(name), rows, with_csv=False)["parquet"]
        home = own_home(Path(name), quick=quick)
        env = {**os.environ, "MODELOPS_HOME": str(home), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        for what, call in {"": _CALLS["portal"], **_CALLS}.items():
            command = [sys.executable, "-c", _WORK.format(call=call), str(path)]
            done = subprocess.run(command, stdout=subprocess.PIPE, env=env, check=True)
            if what:
                seconds, memory = json.loads(done.stdout.splitlines()[-1])
                table.figures[what] = rows / seconds
                table.notes[what] = f"{seconds:.1f} CPU s, {memory:.0f} MiB at the most"
    return table
