"""The table of the `quality` benchmark: 20 mixed columns, 2 % nulls, 1 % repeated rows, some numbers far out."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

GROUP_ROWS = 250_000
NULLS = 0.02
REPEATED = 0.01
NUMBERS = [
    "order_id", "amount", "balance", "rate", "score", "distance", "speed", "weight", "height", "count", "age",
    "quantity",
]  # fmt: skip


def group(start: int, rows: int, seed: int) -> pa.Table:
    """The rows from ``start`` on."""
    random = np.random.default_rng([seed, start])
    fresh = rows - int(rows * REPEATED)

    def nulls() -> np.ndarray:
        return random.random(fresh) < NULLS

    def numbers(values: np.ndarray, far: float = 0.001) -> pa.Array:
        out = random.random(fresh) < far
        values = np.where(out, values * 50, values).astype(values.dtype)
        return pa.array(values, mask=nulls())

    def texts(choices: list[str]) -> pa.Array:
        picked = random.integers(0, len(choices), fresh).astype(np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(picked, mask=nulls()), choices).cast(pa.string())

    day = np.datetime64("2013-01-01", "us")
    columns = {
        "order_id": pa.array(np.arange(start, start + fresh)),
        "amount": numbers(np.round(random.lognormal(3, 1, fresh), 2)),
        "balance": numbers(np.round(random.normal(1000, 300, fresh), 2)),
        "rate": numbers(random.random(fresh)),
        "score": numbers(np.round(random.normal(0, 1, fresh), 3)),
        "distance": numbers(np.round(random.exponential(500, fresh), 1)),
        "speed": numbers(np.round(random.normal(80, 12, fresh), 1)),
        "weight": numbers(np.round(random.gamma(9, 8, fresh), 1)),
        "height": numbers(random.normal(170, 10, fresh).astype(np.float32)),
        "count": numbers(random.poisson(12, fresh)),
        "age": numbers(random.integers(18, 95, fresh).astype(np.int32), far=0.0002),
        "quantity": numbers(random.integers(1, 30, fresh)),
        "code": pa.array([f"C{value:09}" for value in random.integers(0, 10**9, fresh)], mask=nulls()),
        "reference": pa.array([f"{value:x}" for value in random.integers(0, 2**60, fresh)], mask=nulls()),
        "country": texts([f"{one}{other}" for one in "ABDEFGMPSU" for other in "AELRT"]),
        "channel": texts(["web", "shop", "phone", "partner"]),
        "status": texts(["open", "paid", "sent", "returned", "lost"]),
        "source": pa.array(["portal"] * fresh),
        "is_new": pa.array(random.random(fresh) < 0.3, mask=nulls()),
        "at": pa.array(day + random.integers(0, 365 * 86_400, fresh) * 1_000_000, mask=nulls()),
    }
    table = pa.table(columns)
    return pa.concat_tables([table, table.slice(0, rows - fresh)]).combine_chunks()


def write(folder: Path, rows: int, *, with_csv: bool) -> dict[str, Path]:
    """The table as Parquet (zstd) and perhaps as CSV."""
    paths = {"parquet": folder / "quality.parquet"}
    if with_csv:
        paths["csv"] = folder / "quality.csv"
    schema = group(0, 200, 2013).schema
    with pq.ParquetWriter(paths["parquet"], schema, compression="zstd") as parquet:
        for start in range(0, rows, GROUP_ROWS):
            parquet.write_table(group(start, min(GROUP_ROWS, rows - start), 2013), row_group_size=GROUP_ROWS)
    if with_csv:
        with pc.CSVWriter(paths["csv"], schema) as csv:
            for start in range(0, rows, GROUP_ROWS):
                csv.write_table(group(start, min(GROUP_ROWS, rows - start), 2013))
    return paths
