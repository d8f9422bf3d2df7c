"""Small tables for the checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from dataquality.engine import Report, examine
from dataquality.profiling.tables import ArrowTable


def table(**columns: Any) -> ArrowTable:
    """A table of the given columns: lists or Arrow arrays."""
    return ArrowTable(pa.table(columns))


def report(previous_types: Mapping[str, str] | None = None, **columns: Any) -> Report:
    """The report on a table of the given columns."""
    return examine(table(**columns), previous_types=previous_types)


def counts(found: Report) -> dict[tuple[str, str | None], int]:
    """(rule, column) and how many rows show it."""
    return {(finding.rule, finding.column): finding.count for finding in found.findings}
