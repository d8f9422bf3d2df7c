"""Small tables for the checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from dataquality.engine import Report, examine


class ArrowTable:
    """A table in memory with the face that a quality run reads, in batches of ``batch_rows``."""

    def __init__(self, table: pa.Table, batch_rows: int = 65_536) -> None:
        self._table = table
        self._batch_rows = batch_rows
        self.rows: int = table.num_rows
        self.schema: pa.Schema = table.schema

    def batches(self, names: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        chosen = self._table if names is None else self._table.select(list(names))
        yield from chosen.to_batches(max_chunksize=self._batch_rows)


def table(**columns: Any) -> ArrowTable:
    """A table of the given columns: lists or Arrow arrays."""
    return ArrowTable(pa.table(columns))


def report(previous_types: Mapping[str, str] | None = None, **columns: Any) -> Report:
    """The report on a table of the given columns."""
    return examine(table(**columns), previous_types=previous_types)


def counts(found: Report) -> dict[tuple[str, str | None], int]:
    """(rule, column) and how many rows show it."""
    return {(finding.rule, finding.column): finding.count for finding in found.findings}
