"""The five exact checks over one file, as Parquet and as CSV, beside reading it and beside what others take for it."""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from . import quality_data, quality_peers
from .table import Table

ROWS, QUICK_ROWS = 5_000_000, 20_000
IN_TURNS = (
    "portal",
    "pandas",  # whose time on the clock stands beside the portal's: both as they come, the portal with its threads
)
LABELS = {"parquet": "Parquet", "csv": "CSV"}
_Found = TypeVar("_Found")


@dataclass(frozen=True)
class _Taken:
    cpu: float
    wall: float


def measure(*, quick: bool = False) -> Table:
    """Rows per CPU second; every program that takes part must count the same."""
    rows, rounds = (QUICK_ROWS, 1) if quick else (ROWS, 3)
    table = Table("Quality of a table of 20 mixed columns", "rows per CPU second", "portal, Parquet")
    with tempfile.TemporaryDirectory(prefix="benchmark-quality-") as folder:
        paths = quality_data.write(Path(folder), rows, with_csv=True)
        for name, path in paths.items():
            found, known = None, {}
            if name == "csv":
                found, once = _timed(partial(quality_peers.surveyed, path))
                table.notes["finding the types of CSV, once at its upload"] = f"{once.cpu:.2f} CPU s"
                known = {"portal, types found at the upload, CSV": partial(quality_peers.portal, path, found)}
            own, limit = f"portal, {LABELS[name]}", f"reading alone (limit), {LABELS[name]}"
            turns = {
                own: partial(quality_peers.portal, path),
                limit: partial(quality_peers.read, path, found),
                **known,
                **{f"{peer}, {LABELS[name]}": partial(run, path) for peer, run in quality_peers.installed().items()},
            }
            _compare(table, turns, own, limit, rows, rounds)
    return table


def _compare(table: Table, work: dict[str, Callable[[], object]], own: str, limit: str, rows: int, rounds: int) -> None:
    """Run all in turns, those that take minutes once; put what they took into the table."""
    repeated = [what for what in work if what in (own, limit) or what.startswith(IN_TURNS)]
    counted: dict[str, object] = {}
    taken: dict[str, list[_Taken]] = {what: [] for what in work}
    counted[own], counted[limit] = work[own](), work[limit]()  # imports, compiled loops, the file in the cache
    for turn in range(rounds):
        for what, run in work.items():
            if turn == 0 or what in repeated:
                counted[what], once = _timed(run)
                taken[what].append(once)
    told = {what: json.dumps(found, sort_keys=True) for what, found in counted.items() if found is not None}
    for what in told:
        assert told[what] == told[own], f"{what} counts {told[what]}, the portal {told[own]}"
    label = own.rpartition(", ")[2]
    table.notes[f"agreement, {label}"] = ", ".join(told)
    cpu = {what: statistics.median(each.cpu for each in all_of) for what, all_of in taken.items()}
    wall = {what: statistics.median(each.wall for each in taken[what]) for what in repeated}
    table.figures |= {what: rows / seconds for what, seconds in cpu.items()}
    others = [what for what in work if what not in (own, limit)]
    ratios = "; ".join(f"{what} {cpu[what] / cpu[own]:.1f} times" for what in others)
    table.notes[f"CPU, {label}"] = f"portal {cpu[own]:.2f} s, {cpu[own] / cpu[limit]:.2f} times reading alone; {ratios}"
    table.notes[f"clock, {label}"] = "; ".join(
        f"{what} {wall[what]:.2f} s" + ("" if what == own else f", {wall[what] / wall[own]:.1f} times the portal's")
        for what in repeated
    )


def _timed(run: Callable[[], _Found]) -> tuple[_Found, _Taken]:
    """What it gives, and what it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = run()
    return found, _Taken(max(time.process_time() - cpu, 1e-9), time.perf_counter() - wall)
