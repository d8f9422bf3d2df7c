"""Timing a few alternatives in turns, and a table of the results."""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Table:
    """Figures of one benchmark: name → unit per CPU second, and which name the others are compared with."""

    title: str
    unit: str
    ours: str
    figures: dict[str, float] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the figures and the ratio of ours to each."""
        own = self.figures[self.ours]
        ratios = {name: own / value for name, value in self.figures.items()}
        return {
            "title": self.title,
            "unit": self.unit,
            "ours": self.ours,
            "figures": self.figures,
            "ratios": ratios,
            "notes": self.notes,
        }

    def __str__(self) -> str:
        own = self.figures[self.ours]
        width = max(map(len, self.figures))
        lines = [f"\n{self.title} ({self.unit})"]
        for name, value in self.figures.items():
            note = "ours" if name == self.ours else f"ours is {own / value:.2f} times this"
            lines.append(f"  {name:<{width}}  {value:>12,.1f}  {note}")
        lines += [f"  {name}: {text}" for name, text in self.notes.items()]
        return "\n".join(lines)


def in_turns(work: dict[str, Callable[[], object]], amount: float, rounds: int) -> dict[str, float]:
    """``amount`` per CPU second of each, as the median over ``rounds`` in which each runs once after the other.

    CPU time, because the machine may be shared; in turns, so that a slow minute hits all alike.
    """
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for run in work.values():
        run()  # imports, caches, first touch of memory
    for _ in range(rounds):
        for name, run in work.items():
            started = time.process_time()
            run()
            seconds[name].append(time.process_time() - started)
    return {name: amount / max(statistics.median(taken), 1e-9) for name, taken in seconds.items()}


def own_home(folder: Path, *, quick: bool) -> Path:
    """Where a measured process keeps its machine code: below ``folder``, so that none of another day is there.

    In the quick form it is the home of this process, where there is one: what another benchmark of the run has
    compiled there takes seconds.
    """
    named = os.environ.get("MODELOPS_HOME")
    return Path(named) if quick and named else folder / "home"
