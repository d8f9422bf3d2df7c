"""Drift of a million rows: Kolmogorov-Smirnov in memory, and the whole report from Parquet, beside the obvious ways.

Evidently and NannyML are no dependency of the portal: install them into a virtual environment of their own and add its
site-packages to PYTHONPATH. CPU seconds count; one core is used.
"""

import importlib.util
import mmap
import os
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from .table import Table, in_turns

NUMBERS, CATEGORIES = 50, 10


class File:
    """A Parquet file, a column at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.schema: Any = pq.read_schema(path)

    def columns(self, names: list[str]) -> Any:
        coded = [name for name in names if pa.types.is_string(self.schema.field(name).type)]
        file = pq.ParquetFile(self._path, read_dictionary=coded)
        for name in names:
            yield name, file.read([name], use_threads=False).column(0)

    def arrays(self, names: list[str]) -> Any:
        coded = [name for name in names if pa.types.is_string(self.schema.field(name).type)]
        file = pq.ParquetFile(self._path, read_dictionary=coded)
        groups = range(file.num_row_groups)
        for name in names:
            yield (
                name,
                (
                    array
                    for group in groups
                    for array in file.read_row_group(group, [name], use_threads=False).column(0).chunks
                ),
            )


class Prepared:
    """The reference as a monitor keeps it: sorted and counted once, each column of numbers as bytes, here in a file."""

    def __init__(self, file: File, folder: Path) -> None:
        from monitoring.drift.columns import NumberReference
        from monitoring.drift.comparison import Unprepared
        from monitoring.drift.ordered_bytes import ordered_bytes

        self.schema = file.schema
        self._folder = folder
        self._counted: dict[str, Any] = {}
        for name, column in Unprepared(file).prepared(list(file.schema.names)):
            if isinstance(column, NumberReference):
                (folder / f"{name}.ordered").write_bytes(ordered_bytes(column))
            else:
                self._counted[name] = column

    def prepared(self, names: list[str]) -> Any:
        from monitoring.drift.ordered_bytes import from_bytes

        for name in names:
            if name in self._counted:
                yield name, self._counted[name]
                continue
            with (self._folder / f"{name}.ordered").open("rb") as file:
                yield name, from_bytes(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))  # type: ignore[arg-type]


def measure(*, quick: bool = False) -> Table:
    """Rows compared per CPU second, of columns of numbers in memory."""
    return _with_files(_in_memory, quick)


def measure_report(*, quick: bool = False) -> Table:
    """Rows compared per CPU second, of all columns of a Parquet file."""
    return _with_files(_from_file, quick)


def measure_concept(*, quick: bool = False) -> Table:
    """Answers of a model looked at for a change per CPU second."""
    return _streams(20_000 if quick else 1_000_000, 1 if quick else 3)


def _with_files(take: Callable[[list[Path], int, int, int], Table], quick: bool) -> Table:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "modelops.settings")
    rows, numbers, rounds = (20_000, 5, 1) if quick else (1_000_000, NUMBERS, 3)
    with tempfile.TemporaryDirectory() as folder:
        paths = [written(Path(folder) / f"{name}.parquet", seed, rows, numbers) for seed, name in enumerate("rc")]
        return take(paths, rows, numbers, rounds)


def _packed_tighter(path: Path) -> Path:
    """The same file under zstd, as other programs write it."""
    other = path.with_suffix(".zstd.parquet")
    pq.write_table(pq.read_table(path), other, compression="zstd", row_group_size=250_000)
    return other


def written(path: Path, seed: int, rows: int, numbers: int) -> Path:
    """A file of both kinds of columns; those of two seeds differ by a hair."""
    import numpy as np

    random = np.random.default_rng(seed)
    words = np.array([f"word {number}" for number in range(40)])
    schema = pa.schema(
        [(f"n{i}", pa.float64()) for i in range(numbers)] + [(f"c{i}", pa.string()) for i in range(CATEGORIES)]
    )
    kinds: list[Callable[[], Any]] = [
        lambda: random.normal(0.002 * seed, 1, rows),
        lambda: random.lognormal(0, 1, rows),
        lambda: random.uniform(0, 1, rows),
        lambda: random.poisson(20, rows).astype(float),
        lambda: random.exponential(3, rows),
    ]
    columns: list[Any] = [kinds[i % len(kinds)]() for i in range(numbers)]
    columns += [words[random.integers(0, 5 + 3 * i, rows)] for i in range(CATEGORIES)]
    pq.write_table(pa.table(columns, schema=schema), path, compression="lz4", row_group_size=250_000)
    return path


def _in_memory(paths: list[Path], rows: int, numbers: int, rounds: int) -> Table:
    import numpy as np
    from scipy import stats

    from monitoring.drift.gap import Ordered
    from monitoring.drift.statistics.ks import KolmogorovSmirnov

    names = [f"n{i}" for i in range(numbers)]
    before, after = ([pq.read_table(path, columns=[name]).column(0).to_numpy() for name in names] for path in paths)
    known = [Ordered.of(np.sort(column)) for column in before]
    ours = KolmogorovSmirnov()

    def portal() -> None:
        for reference, current in zip(known, after, strict=True):
            ours.compare_with(reference, current)

    def sorting() -> None:  # one after the other: to keep them all would be measured as new memory
        for current in after:
            np.sort(current)

    def scipy() -> None:
        for reference, current in zip(before, after, strict=True):
            stats.ks_2samp(reference, current)

    work: dict[str, Callable[[], object]] = {
        "portal, D and p": portal,
        "np.sort of the current columns (limit)": sorting,
        "scipy.stats.ks_2samp": scipy,
    }
    title = f"Two-sample Kolmogorov-Smirnov of {numbers} columns in memory, one core"
    table = Table(title, "rows per CPU second", "portal, D and p", in_turns(work, rows, rounds))
    with ThreadPoolExecutor(2) as pool:

        def by_two() -> None:
            for _ in pool.map(ours.compare_with, known, after):
                pass

        walls = [(_wall(by_two), _wall(sorting)) for _ in range(1 if rounds == 1 else 15)]
    two, one = (statistics.median(taken) for taken in zip(*walls, strict=True))
    table.notes["two threads on two cores"] = f"{two / one:.2f} times the time on the wall of np.sort on one"
    return table


def _wall(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _from_file(paths: list[Path], rows: int, numbers: int, rounds: int) -> Table:
    from scipy import stats

    from monitoring.drift.comparison import compare

    known = Prepared(File(paths[0]), paths[0].parent)
    file, tight = File(paths[1]), File(_packed_tighter(paths[1]))
    names = list(file.schema.names)

    def scipy() -> None:
        before, after = (pq.read_table(path).to_pandas() for path in paths)
        for name in names[:numbers]:
            stats.ks_2samp(before[name], after[name])
        for name in names[numbers:]:
            counts = [side[name].value_counts() for side in (before, after)]
            stats.chi2_contingency([[count.get(word, 0) for word in counts[0].index] for count in counts])

    work: dict[str, Callable[[], object]] = {
        "portal, report against a prepared reference": lambda: compare(known, file),
        "only decoding the file (limit)": lambda: [None for _ in file.columns(names)],
        "portal, the same under zstd": lambda: compare(known, tight),
        "only decoding that (limit)": lambda: [None for _ in tight.columns(names)],
        "scipy loop over pandas": scipy,
    }
    if importlib.util.find_spec("nannyml"):
        work["NannyML, univariate"] = lambda: _nannyml(paths, names)
    title = f"Drift report of {numbers} columns of numbers and {CATEGORIES} of categories from Parquet"
    return Table(
        title, "rows per CPU second", "portal, report against a prepared reference", in_turns(work, rows, rounds)
    )


def _nannyml(paths: list[Path], names: list[str]) -> object:
    import nannyml

    before, after = (pq.read_table(path).to_pandas() for path in paths)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        calculator = nannyml.UnivariateDriftCalculator(
            column_names=names,
            continuous_methods=["kolmogorov_smirnov"],
            categorical_methods=["chi2"],
            chunk_size=len(after),
        )
        return calculator.fit(before).calculate(after)


def _streams(rows: int, rounds: int) -> Table:
    import numpy as np

    from monitoring.drift.adwin import Adwin

    random = np.random.default_rng(5)
    parts = (0.1, 0.2, 0.1, 0.3)
    errors = (random.random(rows // 4 * 4) < np.repeat(parts, rows // 4)).astype(float)
    work: dict[str, Callable[[], object]] = {"portal": lambda: Adwin().changes(errors)}
    if importlib.util.find_spec("river"):
        work["river"] = lambda: _river(errors.tolist())
    return Table("ADWIN on a stream of errors", "answers per CPU second", "portal", in_turns(work, len(errors), rounds))


def _river(errors: list[float]) -> list[int]:
    from river import drift

    detector = drift.ADWIN()
    found = []
    for place, error in enumerate(errors):
        detector.update(error)
        if detector.drift_detected:
            found.append(place)
    return found
