"""Quality of a table in a file that is not in the portal yet: the same checks, rules and score as after its upload.

report = validate_file("january.csv", suite=Path("suite.yaml").read_text())
report.score.total, [outcome for outcome in report.outcomes if not outcome.passed]

The file is read a batch of rows at a time, so it may be larger than the memory; it is never changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from modelops.lib.errors import Invalid
from registry.tables import expect, survey, table_formats
from registry.tables.base import unpack_schema

from .engine import Report, examine
from .profiling.parquet import parquet_batches
from .profiling.walk import Progress
from .suite_text import load
from .suites import read_suite


class FileTable:
    """The table in the file at ``path``, which holds ``rows`` rows and is read as ``reading`` says."""

    def __init__(self, path: Path, file_format: str, reading: Mapping[str, Any], rows: int) -> None:
        self._path = path
        self._format = file_format
        self._reading = reading
        self.rows = rows
        self.schema: pa.Schema = unpack_schema(reading["arrow_schema"])

    @classmethod
    def expected(cls, path: Path) -> Self | None:
        """As the beginning of the file, or its footer, tells it; None where that tells too little. Raises Invalid.

        Whoever reads all rows sees whether it holds.
        """
        with path.open("rb") as file:
            found = expect(file)
        return None if found is None else cls(path, *found)

    @classmethod
    def surveyed(cls, path: Path) -> Self:
        """As a look over the whole file finds it. Raises UnsupportedFormat and Invalid as its upload would."""
        with path.open("rb") as file:
            found = survey(file)
        return cls(path, found.file_format, found.reading, found.rows)

    def batches(self, names: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """The rows of the named columns (all of them for None), in the order of the file."""
        wanted = None if names is None else list(names)
        with self._path.open("rb") as file:
            if self._format == "parquet":
                yield from parquet_batches(file, wanted)
                return
            for batch in table_formats.get(self._format)().batches(file, self._reading, wanted):
                yield batch if wanted is None else batch.select(wanted)


def validate_file(path: str | Path, suite: str | None = None, *, progress: Progress = lambda *_: None) -> Report:
    """Examine the file at ``path`` (what an upload takes) against the rules of a suite in YAML or JSON text.

    Where the file goes on as it begins, one pass finds the types of its columns and examines them; else the types are
    found first. Raises UnsupportedFormat and Invalid as its upload would, and OSError for a file that cannot be read.
    """
    path = Path(path)
    rules = None if suite is None else load(suite)

    def examined(table: FileTable) -> Report:
        return examine(table, suite=None if rules is None else read_suite(rules), progress=progress)

    try:
        table = FileTable.expected(path)
        report = None if table is None else examined(table)
    except Invalid:
        report = None  # otherwise than it begins, or refused: the look over all of it tells why
    if report is not None and not any(found.rule == "missing" and found.count == found.of for found in report.findings):
        return report
    return examined(FileTable.surveyed(path))  # which also refuses a column that holds nothing
