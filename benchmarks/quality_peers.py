"""The same five checks by other programs, where they are installed, each written the obvious way of that program.

They count nulls, rows that repeat an earlier one, values that break six rules, columns that hold one value, and
numbers beyond Tukey's fences. The portal counts spellings, strays among texts and days out of the calendar besides.
DuckDB and Great Expectations are no dependency of the portal: install them into a virtual environment of their own and
add its site-packages to PYTHONPATH.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.csv as pc

from .quality_data import NUMBERS

if TYPE_CHECKING:
    from registry.tables import Survey

RANGES = {"age": (18, 94), "quantity": (1, 29), "speed": (0, 200), "height": (50, 260)}
SETS = {"channel": ["web", "shop", "phone", "partner"], "status": ["open", "paid", "sent", "returned", "lost"]}
Counts = dict[str, Any]
Run = Callable[[Path], Counts | None]


def installed() -> dict[str, Run]:
    """The programs that can take part."""
    found: dict[str, Run] = {"pandas": pandas}
    if importlib.util.find_spec("duckdb"):
        found["DuckDB"] = duckdb
    if importlib.util.find_spec("great_expectations"):
        found["Great Expectations"] = great_expectations
    return found


def read(path: Path, found: Survey | None = None) -> None:
    """Only decode the file, batch by batch; of CSV, which ``found`` tells the types of, by the fastest parser here."""
    from dataquality.profiling.parquet import parquet_batches
    from registry.tables.base import BLOCK_BYTES, unpack_schema

    if found is not None:
        types = pc.ConvertOptions(column_types=unpack_schema(found.reading["arrow_schema"]), strings_can_be_null=True)
        blocks = pc.ReadOptions(block_size=BLOCK_BYTES)
        # The table holds no line break inside a value: that also spares the parser to look for them.
        for _ in pc.open_csv(path, read_options=blocks, convert_options=types):
            pass
        return
    with path.open("rb") as file:
        for _ in parquet_batches(file):
            pass


def surveyed(path: Path) -> Survey:
    """What an upload finds out about a file and keeps: of CSV the types of its columns."""
    from registry.tables import survey

    with path.open("rb") as file:
        return survey(file)


def portal(path: Path, found: Survey | None = None) -> Counts:
    """What a quality run counts, with the six rules watched in the same pass.

    Of CSV with what its upload ``found``; without, its types are found in that pass as well.
    """
    from dataquality.checks.rules import rules as kinds
    from dataquality.files import FileTable
    from dataquality.profiling.tables import ParquetTable
    from dataquality.profiling.walk import Walk

    table: Any
    if path.suffix != ".csv":
        table = ParquetTable(path)
    elif found is not None:
        table = FileTable(path, found.file_format, found.reading, found.rows)
    else:
        table = FileTable.expected(path)
    rules = [kinds.get("range")([name], {"min": low, "max": high}) for name, (low, high) in RANGES.items()]
    rules += [kinds.get("set")([name], {"values": allowed}) for name, allowed in SETS.items()]
    watches = [watch for rule in rules for watch in rule.watches()]
    walked = Walk(table, watches=watches).run()
    return {
        "nulls": {profile.name: profile.missing for profile in walked.profiles},
        "repeats": walked.repeats[0].count,
        "broken": [found.count for found in walked.watched],
        "constant": [profile.name for profile in walked.profiles if profile.is_constant],
        "outliers": {profile.name: profile.number.beyond for profile in walked.profiles if profile.number is not None},
    }


def pandas(path: Path) -> Counts:
    """pandas, as a notebook has it: the whole frame, `isna`, `duplicated`, `nunique`, `quantile` a column, `between`.

    Of pandas 3.1 and its own types (texts in Arrow, whole numbers with holes as floats) more than half of the time is
    `duplicated`; `nunique` and loading are a fifth each, so the figure goes with how many different texts a file has.
    """
    import pandas as library

    frame = library.read_csv(path) if path.suffix == ".csv" else library.read_parquet(path)
    outliers = {}
    for name in NUMBERS:
        lower, upper = frame[name].astype("float64").quantile([0.25, 0.75])
        low, high = lower - 1.5 * (upper - lower), upper + 1.5 * (upper - lower)
        outliers[name] = int(((frame[name] < low) | (frame[name] > high)).sum())
    return {
        "nulls": {name: int(count) for name, count in frame.isna().sum().items()},
        "repeats": int(frame.duplicated().sum()),
        "broken": [int((~frame[name].between(*limits) & frame[name].notna()).sum()) for name, limits in RANGES.items()]
        + [int((~frame[name].isin(allowed) & frame[name].notna()).sum()) for name, allowed in SETS.items()],
        "constant": [name for name in frame if frame[name].nunique() == 1],
        "outliers": {name: outliers[name] for name in frame if name in outliers},
    }


def duckdb(path: Path) -> Counts:
    """DuckDB in SQL over the file."""
    import duckdb as library

    connection = library.connect()
    # Without a limit on what it looks at, as the portal has none: a column is not text because of a late surprise.
    source = f"read_csv('{path}', sample_size=-1)" if path.suffix == ".csv" else f"read_parquet('{path}')"
    names = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]  # noqa: S608
    quoted = {name: f'"{name}"' for name in names}
    parts = [f"count(*) - count({name})" for name in quoted.values()]
    parts += [f"min({name}) = max({name})" for name in quoted.values()]
    parts += [
        f"count(*) FILTER ({quoted[name]} < {low} OR {quoted[name]} > {high})" for name, (low, high) in RANGES.items()
    ]
    for name, allowed in SETS.items():
        choices = ", ".join(f"'{choice}'" for choice in allowed)
        parts.append(f"count(*) FILTER ({quoted[name]} NOT IN ({choices}))")
    numbers = [name for name in names if name in NUMBERS]
    parts += [f"quantile_cont({quoted[name]}::DOUBLE, [0.25, 0.75])" for name in numbers]
    (row,) = connection.execute(f"SELECT {', '.join(parts)} FROM {source}").fetchall()  # noqa: S608
    rest = list(row)
    nulls, same, broken = (
        [rest.pop(0) for _ in range(size)] for size in (len(names), len(names), len(RANGES) + len(SETS))
    )
    beyond = []
    for name, (lower, upper) in zip(numbers, rest, strict=True):
        low, high = lower - 1.5 * (upper - lower), upper + 1.5 * (upper - lower)
        beyond.append(f"count(*) FILTER ({quoted[name]} < {low!r}::DOUBLE OR {quoted[name]} > {high!r}::DOUBLE)")
    (outliers,) = connection.execute(f"SELECT {', '.join(beyond)} FROM {source}").fetchall()  # noqa: S608
    whole = f"SELECT count(*) - (SELECT count(*) FROM (SELECT DISTINCT * FROM {source})) FROM {source}"  # noqa: S608
    (repeats,) = connection.execute(whole).fetchall()
    return {
        "nulls": dict(zip(names, nulls, strict=True)),
        "repeats": repeats[0],
        "broken": broken,
        "constant": [name for name, is_same in zip(names, same, strict=True) if is_same],
        "outliers": dict(zip(numbers, outliers, strict=True)),
    }


def great_expectations(path: Path) -> None:
    """Great Expectations over a DataFrame; it tells passed or not and counts in its own way, so it is only timed."""
    import great_expectations as library
    import pandas as frames

    frame = frames.read_csv(path) if path.suffix == ".csv" else frames.read_parquet(path)
    context = library.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("benchmark").add_dataframe_asset("table")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    expect = library.expectations
    suite = [expect.ExpectColumnValuesToNotBeNull(column=name) for name in frame]
    suite += [expect.ExpectColumnUniqueValueCountToBeBetween(column=name, min_value=2) for name in frame]
    suite += [expect.ExpectCompoundColumnsToBeUnique(column_list=list(frame))]
    suite += [
        expect.ExpectColumnValuesToBeBetween(column=name, min_value=low, max_value=high)
        for name, (low, high) in RANGES.items()
    ]
    suite += [expect.ExpectColumnValuesToBeInSet(column=name, value_set=allowed) for name, allowed in SETS.items()]
    suite += [
        expect.ExpectColumnQuantileValuesToBeBetween(
            column=name, quantile_ranges={"quantiles": [0.25, 0.75], "value_ranges": [[None, None], [None, None]]}
        )
        for name in NUMBERS
    ]
    for expectation in suite:
        batch.validate(expectation, result_format="BOOLEAN_ONLY")
