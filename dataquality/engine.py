"""One quality run over a table: every column is read once and shown to every check."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from modelops.lib.errors import Invalid

from .checks import Finding, TableFacts, checks
from .columns import Column
from .dimensions import Dimension
from .score import Score, compute

Progress = Callable[[int, int, str], None]


class Table(Protocol):
    """What a run reads; a frame of the registry is one."""

    @property
    def rows(self) -> int:
        """Number of rows."""

    @property
    def names(self) -> Sequence[str]:
        """Names of the columns in order."""

    def read_column(self, name: str) -> pa.ChunkedArray:
        """All values of one column."""


@dataclass(frozen=True)
class Report:
    """What a run found; ``score.deductions`` stand in the order of ``findings``."""

    rows: int
    columns: int
    findings: tuple[Finding, ...]
    score: Score


def examine(
    table: Table, *, previous_types: Mapping[str, str] | None = None, progress: Progress = lambda *_: None
) -> Report:
    """Run every registered check over ``table``; raises Invalid when there is nothing to examine.

    ``progress`` is told (done, total, name of the column) before each column. Memory: one column at a time and two
    integers a row. The findings stand by dimension, then in the order of the columns.
    """
    names = list(table.names)
    if not table.rows or not names:
        raise Invalid(
            f"The data has {table.rows} rows and {len(names)} columns; at least one of each is needed.",
            code="dataset.empty",
        )
    instances = [check() for _, check in checks.items()]
    findings: list[Finding] = []
    types: dict[str, str] = {}
    for done, name in enumerate(names):
        progress(done, len(names), name)
        column = Column(name, table.read_column(name))
        types[name] = str(column.values.type)
        for check in instances:
            findings += check.examine(column)
    progress(len(names), len(names), "")
    facts = TableFacts(rows=table.rows, types=types, previous_types=previous_types)
    for check in instances:
        findings += check.conclude(facts)
    order = list(Dimension)
    findings.sort(key=lambda finding: order.index(finding.dimension))
    examined: dict[Dimension, int] = {}
    for check in instances:
        examined[check.dimension] = examined.get(check.dimension, 0) + check.examined
    return Report(rows=table.rows, columns=len(names), findings=tuple(findings), score=compute(findings, examined))
