"""The five exact checks over one file, as Parquet and as CSV, beside reading it and beside what others take for it."""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from . import quality_data, quality_peers
from .table import Table

ROWS, QUICK_ROWS = 5_000_000, 20_000


def measure(*, quick: bool = False) -> Table:
    """Rows per CPU second; every program that takes part must count the same."""
    rows, rounds = (QUICK_ROWS, 1) if quick else (ROWS, 3)
    table = Table("Quality of a table of 20 mixed columns", "rows per CPU second", "portal, Parquet")
    with tempfile.TemporaryDirectory(prefix="benchmark-quality-") as folder:
        paths = quality_data.write(Path(folder), rows, with_csv=True)
        for name, path in paths.items():
            label = {"parquet": "Parquet", "csv": "CSV"}[name]
            work: dict[str, Callable[[], object]] = {
                f"portal, {label}": lambda path=path: quality_peers.portal(path, rows),
                f"reading alone (limit), {label}": lambda path=path: quality_peers.read(path),
            }
            others = {
                f"{peer}, {label}": lambda path=path, run=run: run(path)
                for peer, run in quality_peers.installed().items()
            }
            counted = {what: run() for what, run in work.items()}
            once: dict[str, float] = {}
            for what, run in others.items():  # minutes each: what they count in is what they are timed in
                counted[what], once[what] = _timed(run)
            told = {what: json.dumps(found, sort_keys=True) for what, found in counted.items() if found is not None}
            agreed = told[f"portal, {label}"]
            table.notes[f"agreement, {label}"] = ", ".join(what for what, found in told.items() if found == agreed)
            for what in told:
                assert told[what] == agreed, f"{what} counts {told[what]}, the portal {agreed}"
            seconds = {what: _seconds(run, rounds) for what, run in work.items()}
            seconds |= once
            table.figures |= {what: rows / taken for what, taken in seconds.items()}
            own = seconds[f"portal, {label}"]
            limit = seconds[f"reading alone (limit), {label}"]
            ratios = "; ".join(f"{what} {taken / own:.1f} times" for what, taken in seconds.items() if what in others)
            table.notes[f"CPU, {label}"] = f"portal {own:.2f} s, {own / limit:.2f} times reading alone; {ratios}"
    return table


def _seconds(run: Callable[[], object], rounds: int) -> float:
    return statistics.median(_timed(run)[1] for _ in range(rounds))


def _timed(run: Callable[[], object]) -> tuple[object, float]:
    """What it gives, and the CPU seconds that it took."""
    started = time.process_time()
    found = run()
    return found, max(time.process_time() - started, 1e-9)
