"""Files that are small on the wire and large in memory, or lie about themselves: refused, and nothing is stored."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from modelops.lib.errors import Invalid
from registry.models import DatasetVersion
from registry.tables import survey, unpacking
from tests.dataquality.datasets import stored_bytes

TEXT = "y" * 1_000_000


def packed(table: pa.Table, **options: object) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", **options)
    return buffer.getvalue()


def repeated(text: str, rows: int) -> pa.Table:
    column = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, dtype=np.int32)), [text])
    return pa.table({"a": column, "b": np.zeros(rows)})


@pytest.mark.django_db
def test_a_page_that_unpacks_to_much_is_refused_without_unpacking_it() -> None:
    """S3-34: a kilobyte that names one text of a megabyte a hundred thousand times, which would be 100 gigabytes."""
    bomb = packed(repeated(TEXT, 100_000))
    assert len(bomb) < 10_000
    before = pa.total_allocated_bytes()
    with pytest.raises(Invalid) as refusal:
        stored_bytes("bomb", bomb, "bomb.parquet")
    assert refusal.value.code == "dataset.unpacks_too_far"
    assert pa.total_allocated_bytes() - before < 64 * 1024 * 1024
    assert not DatasetVersion.objects.exists()


def test_a_field_that_is_a_file_of_its_own_is_refused() -> None:
    huge = packed(pa.table({"a": ["x" * 40_000_000]}), use_dictionary=False)
    assert len(huge) < 100_000
    with pytest.raises(Invalid) as refusal:
        survey(io.BytesIO(huge))
    assert refusal.value.code == "dataset.field_too_long"


def test_a_row_of_text_that_never_ends_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        survey(io.BytesIO(b'a,b\n1,"' + b"x" * 20_000_000))
    assert refusal.value.code in ("dataset.row_too_long", "dataset.unreadable")


def test_texts_that_fit_are_taken() -> None:
    found = survey(io.BytesIO(packed(repeated("y" * 2000, 100_000))))
    assert (found.rows, found.file_format) == (100_000, "parquet")


def test_one_row_group_of_many_rows_is_read_in_batches() -> None:
    table = pa.table({"a": np.arange(400_000), "b": np.random.default_rng(1).random(400_000)})
    found = survey(io.BytesIO(packed(table, row_group_size=400_000)))
    assert found.rows == 400_000


def test_a_file_that_lies_about_its_rows_is_counted() -> None:
    """The number of rows in the footer is no fact: those that are there are counted."""
    honest = packed(pa.table({"a": list(range(1000))}), write_statistics=False)
    footer = honest.rindex(b"PAR1") - 4 - int.from_bytes(honest[-8:-4], "little")
    place = honest.index(b"\x16\xd0\x0f", footer)  # 1000 rows, as the footer writes it
    liar = honest[:place] + b"\x16\xd0\x7f" + honest[place + 3 :]
    assert pq.ParquetFile(io.BytesIO(liar)).metadata.num_rows != 1000
    assert survey(io.BytesIO(liar)).rows == 1000


@pytest.mark.parametrize("place", [0, 1, 4])
def test_one_row_group_that_unpacks_to_much_is_found_among_others(place: int) -> None:
    """S3-34: also where the long text is the last of its dictionary, and few rows come before it."""
    buffer = io.BytesIO()
    tables = [repeated("y", 70_000)] * 5
    far = pa.array(np.r_[np.zeros(10, dtype=np.int32), np.ones(69_990, dtype=np.int32)])
    tables[place] = pa.table({"a": pa.DictionaryArray.from_arrays(far, ["y", TEXT]), "b": np.zeros(70_000)})
    with pq.ParquetWriter(buffer, tables[0].schema, compression="zstd") as writer:
        for table in tables:
            writer.write_table(table)
    with pytest.raises(Invalid) as refusal:
        survey(buffer)
    assert refusal.value.code == "dataset.unpacks_too_far"


def test_columns_that_unpack_to_much_together_are_refused() -> None:
    """Each for itself would fit."""
    column = repeated("y" * 2000, 100_000)["a"]
    with pytest.raises(Invalid) as refusal:
        survey(io.BytesIO(packed(pa.table({str(number): column for number in range(5)}))))
    assert refusal.value.code == "dataset.unpacks_too_far"


def test_texts_are_taken_though_the_longest_of_them_could_not_be_everywhere() -> None:
    """What the dictionaries leave open is counted: one long text in a row, and more texts than a dictionary holds."""
    texts = [f"{number:0200}" for number in range(100_000)]
    found = survey(io.BytesIO(packed(pa.table({"a": ["y" * 9000, *texts]}))))
    assert found.rows == 100_001


def test_a_table_whose_dictionaries_are_small_is_not_read_to_see_that_it_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = np.random.default_rng(1).integers(0, 30_000, 200_000).astype(str)
    content = packed(pa.table({"a": texts, "b": texts[::-1]}), row_group_size=50_000)
    monkeypatch.setattr(unpacking, "unpacked", lambda *_: pytest.fail("read"))
    assert survey(io.BytesIO(content)).rows == 200_000


@pytest.mark.parametrize("seed", range(20))
def test_no_batch_unpacks_to_more_than_is_said_of_it(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row groups of every size, dictionaries that end in plain pages, empty cells."""
    monkeypatch.setattr(unpacking, "BATCH_ROWS", 500)
    draw = np.random.default_rng(seed)
    buffer = io.BytesIO()
    schema = pa.schema([("a", pa.string())])
    with pq.ParquetWriter(buffer, schema, dictionary_pagesize_limit=200, data_page_size=100) as writer:
        for _ in range(draw.integers(1, 12)):
            texts = [
                None if draw.random() < 0.1 else "y" * int(draw.exponential(40)) for _ in range(draw.integers(900))
            ]
            writer.write_table(pa.table({"a": pa.array(texts, pa.string())}))
    coded = pq.ParquetFile(buffer, read_dictionary=["a"])
    batches = pq.ParquetFile(buffer).iter_batches(batch_size=500)
    most = max((sum(len(text) for text in batch["a"].to_pylist() if text) for batch in batches), default=0)
    longest, held = unpacking._longest_and_held(coded, "a")
    assert most <= 500 * longest + held
    together = pq.ParquetFile(buffer).metadata
    sizes = [
        (group.num_rows, group.column(0).total_uncompressed_size)
        for group in map(together.row_group, range(together.num_row_groups))
    ]
    reach = [_reach(sizes, first) for first in range(len(sizes))]
    assert unpacking._most_together(sizes) == max(reach)


def _reach(sizes: list[tuple[int, int]], first: int) -> int:
    """Bytes of the row groups from ``first`` on that 500 rows which begin there may come to, said slowly."""
    total, between = sizes[first][1], 0
    for rows, size in sizes[first + 1 :]:
        if between >= 500:
            break
        total += size
        between += rows
    return total


@pytest.mark.parametrize("is_coded", [False, True])
@pytest.mark.parametrize("is_same", [False, True])
def test_long_texts_that_compress_well_are_refused_in_bounded_memory(is_coded: bool, is_same: bool) -> None:
    """S3-34: 1 GB of texts of 100,000 letters, which are a few hundred kilobytes on the wire."""
    buffer = io.BytesIO()
    schema = pa.schema([("a", pa.string()), ("b", pa.int64())])
    with pq.ParquetWriter(buffer, schema, compression="zstd", use_dictionary=is_coded) as writer:
        for start in range(0, 10_000, 500):
            texts = ["y" * 100_000 if is_same else f"{row:0100000}" for row in range(start, start + 500)]
            writer.write_table(pa.table({"a": texts, "b": range(start, start + 500)}, schema=schema))
    assert buffer.tell() < 1_000_000
    pool, before = pa.proxy_memory_pool(pa.default_memory_pool()), pa.default_memory_pool()
    pa.set_memory_pool(pool)  # its greatest size is that of this look alone
    try:
        with pytest.raises(Invalid) as refusal:
            survey(buffer)
    finally:
        pa.set_memory_pool(before)
    assert refusal.value.code == "dataset.unpacks_too_far"
    assert pool.max_memory() < 256 * 1024 * 1024
