"""One quality run over a table: every column is read once and shown to every check."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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
    """What a run reads; `dataquality.reading.SealedTable` is one."""

    @property
    def rows(self) -> int:
        """Number of rows."""

    @property
    def names(self) -> Sequence[str]:
        """Names of the columns in order."""

    def columns(self) -> Iterator[tuple[str, pa.ChunkedArray]]:
        """Every column with all its values, in order."""


@dataclass(frozen=True)
class Report:
    """What a run found; ``score.deductions`` stand in the order of ``findings``."""

    rows: int
    columns: int
    findings: tuple[Finding, ...]
    score: Score


def examine(
    table: Table,
    *,
    types: Mapping[str, str] | None = None,
    previous_types: Mapping[str, str] | None = None,
    progress: Progress = lambda *_: None,
) -> Report:
    """Run every registered check over ``table``; raises Invalid when there is nothing to examine.

    ``types`` and ``previous_types`` are the schemas to compare, of this version and of the one before. ``progress`` is
    told (done, total, name of the column) before each column. Memory: the columns that the table reads at once and two
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
    found_types: dict[str, str] = {}
    progress(0, len(names), "reading")
    for done, (name, values) in enumerate(table.columns()):
        progress(done, len(names), name)
        column = Column(name, values)
        found_types[name] = str(column.values.type)
        for check in instances:
            findings += check.examine(column)
    progress(len(names), len(names), "concluding")
    facts = TableFacts(rows=table.rows, types=types or found_types, previous_types=previous_types)
    for check in instances:
        findings += check.conclude(facts)
    order = list(Dimension)
    findings.sort(key=lambda finding: order.index(finding.dimension))
    examined: dict[Dimension, int] = {}
    for check in instances:
        examined[check.dimension] = examined.get(check.dimension, 0) + check.examined
    return Report(rows=table.rows, columns=len(names), findings=tuple(findings), score=compute(findings, examined))
