"""Files that are small on the wire and large in memory, or lie about themselves: refused, and nothing is stored."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from modelops.lib.errors import Invalid
from registry.models import DatasetVersion
from registry.tables import survey
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
