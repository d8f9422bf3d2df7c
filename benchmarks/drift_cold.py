"""Drift of the same two files by whole processes: what each takes from its start to its end, and how much memory.

Evidently and NannyML are no dependency of the portal: make a virtual environment of their own and name its interpreter
with ``DRIFT_PEERS_PYTHON``. Without it, the portal stands beside a loop over scipy alone.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from .drift import CATEGORIES, NUMBERS, written
from .table import Table, own_home

_PORTAL = """
import benchmarks.drift as drift
from monitoring.drift.comparison import compare
def run():
    return compare(drift.File(paths[0]), drift.File(paths[1]))
def prepare():
    known = drift.Prepared(drift.File(paths[0]), paths[0].parent)
    return lambda: compare(known, drift.File(paths[1]))
"""
_FRAMES = """
import pyarrow.parquet as pq
def frames():
    before, after = (pq.read_table(path).to_pandas() for path in paths)
    return before, after, list(before.columns)
"""
_SCIPY = (
    _FRAMES
    + """
from scipy import stats
def run():
    before, after, names = frames()
    for name in names:
        if name.startswith("n"):
            stats.ks_2samp(before[name], after[name])
        else:
            counts = [side[name].value_counts() for side in (before, after)]
            stats.chi2_contingency([[count.get(word, 0) for word in counts[0].index] for count in counts])
"""
)
_NANNYML = (
    _FRAMES
    + """
import nannyml
def run():
    before, after, names = frames()
    calculator = nannyml.UnivariateDriftCalculator(
        column_names=names, continuous_methods=["kolmogorov_smirnov"], categorical_methods=["chi2"],
        chunk_size=len(after))
    return calculator.fit(before).calculate(after)
"""
)
_EVIDENTLY = (
    _FRAMES
    + """
from evidently import Report
from evidently.presets import DataDriftPreset
def run():
    before, after, names = frames()
    return Report([DataDriftPreset(num_method="ks", cat_method="chisquare")]).run(after, before)
"""
)
# The first run is that of a process that knows nothing of the reference; the last what a worker takes that lives on:
# everything is loaded, and what can be known of the reference is.
_FRAME = """
import json, sys, time, warnings
from pathlib import Path
warnings.simplefilter("ignore")
paths = [Path(path) for path in sys.argv[1:3]]
{work}
started = time.process_time()
run()
cold = time.process_time()
warm = cold - started
if {again} and "prepare" in globals():
    run = prepare()
for _ in range({again}):
    started = time.process_time()
    run()
    warm = time.process_time() - started
# Of this program alone: what the system counts for a child begins with what its parent had.
[peak] = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(json.dumps([cold, warm, int(peak) / 1024]))
"""


def measure(*, quick: bool = False) -> Table:
    """Rows of the current file per CPU second, against a reference of a million."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "modelops.settings")
    rows, numbers = (20_000, 5) if quick else (1_000_000, NUMBERS)
    current = rows // 10 if os.environ.get("DRIFT_CURRENT") == "small" else rows
    title = f"Drift of {numbers} + {CATEGORIES} columns, {rows:,} rows against {current:,}, by a process from its start"
    table = Table(title, "rows per CPU second", "portal")
    with tempfile.TemporaryDirectory() as folder:
        paths = [
            written(Path(folder) / f"{name}.parquet", seed, size, numbers)
            for seed, (name, size) in enumerate((("reference", rows), ("current", current)))
        ]
        home = own_home(Path(folder), quick=quick)
        for name, (python, work) in _contestants().items():
            if name == "portal":  # its machine code lies in its home, as on every day but the first
                _taken(python, work, paths, home)
            cold, warm, memory = _taken(python, work, paths, home)
            table.figures[name] = current / cold
            table.notes[name] = f"{cold:.1f} CPU s cold, {warm:.2f} warm; {memory:.0f} MiB at the most"
    return table


def _contestants() -> dict[str, tuple[str, str]]:
    found = {"portal": (sys.executable, _PORTAL), "scipy loop over pandas": (sys.executable, _SCIPY)}
    if peers := os.environ.get("DRIFT_PEERS_PYTHON"):
        wanted = os.environ.get("DRIFT_PEERS", "NannyML,Evidently").split(",")
        known = {"NannyML": _NANNYML, "Evidently": _EVIDENTLY}
        found |= {name: (peers, work) for name, work in known.items() if name in wanted}
    return found


def _taken(python: str, work: str, paths: list[Path], home: Path) -> tuple[float, float, float]:
    """CPU seconds from the start to the end of the first run, those of the last run, and the most memory in MiB."""
    own = python == sys.executable
    quiet = {"NML_DISABLE_USAGE_LOGGING": "1", "DO_NOT_TRACK": "1"}  # some would tell their makers of each run
    env = {**os.environ, **quiet, "OMP_NUM_THREADS": "1", "MODELOPS_HOME": str(home)}
    env["PYTHONPATH"] = str(Path.cwd()) if own else ""
    code = _FRAME.format(work=work, again=3 if own else 0)
    done = subprocess.run([python, "-c", code, *map(str, paths)], stdout=subprocess.PIPE, env=env, check=True)
    cold, warm, memory = json.loads(done.stdout.splitlines()[-1])
    return cold, warm, memory
