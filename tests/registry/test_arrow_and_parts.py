"""Arrow files and streams, and tables in several files, become versions like any other."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc as ipc
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from modelops.lib.errors import DomainError
from registry.frames import open_table
from registry.models import DatasetVersion
from registry.people.cutting import cut
from registry.tables import arrow_ipc, survey, table_formats

from .samples import CSV, parquet

TABLE = pa.table({"carrier": pa.array(["UA", "AA", "B6"]).dictionary_encode(), "dep_delay": [2.5, None, -4.0]})


def arrow(table: pa.Table = TABLE, *, stream: bool = False, compression: str | None = None, rows: int = 100) -> bytes:
    """The table as an Arrow file or stream."""
    buffer = io.BytesIO()
    options = ipc.IpcWriteOptions(compression=compression)
    with (ipc.new_stream if stream else ipc.new_file)(buffer, table.schema, options=options) as out:
        out.write_table(table, max_chunksize=rows)
    return buffer.getvalue()


def archive(files: dict[str, bytes], kind: int = zipfile.ZIP_STORED) -> bytes:
    """A zip of the files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", kind) as out:
        for path, content in files.items():
            out.writestr(path, content)
    return buffer.getvalue()


def refusal(content: bytes) -> str:
    """The code that the file is refused with."""
    with pytest.raises(DomainError) as refused:
        survey(io.BytesIO(content))
    return str(refused.value.code)


def rows_of(content: bytes, columns: list[str] | None = None) -> list[dict[str, Any]]:
    """The rows as the file's format gives them."""
    found = survey(io.BytesIO(content))
    batches = table_formats.get(found.file_format)().batches(io.BytesIO(content), found.reading, columns)
    return [row for batch in batches for row in batch.to_pylist()]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("compression", [None, "lz4", "zstd"])
def test_arrow_is_read_as_a_file_and_as_a_stream(stream: bool, compression: str | None) -> None:
    content = arrow(stream=stream, compression=compression, rows=2)
    found = survey(io.BytesIO(content))
    assert (found.file_format, found.rows) == ("arrow", 3)
    assert [(column.name, column.nulls) for column in found.columns] == [("carrier", 0), ("dep_delay", 1)]
    assert rows_of(content, ["dep_delay"]) == [{"dep_delay": 2.5}, {"dep_delay": None}, {"dep_delay": -4.0}]
    assert rows_of(content) == TABLE.to_pylist()


def test_arrow_that_claims_more_than_it_holds_is_refused_before_it_is_unpacked(monkeypatch: Any) -> None:
    """A small file of zeros that unpacks to more than fits, and a buffer that says it is a terabyte."""
    zeros = arrow(pa.table({"a": np.zeros(2_000_000)}), compression="zstd", rows=2_000_000)
    assert len(zeros) < 100_000
    monkeypatch.setattr(arrow_ipc, "MOST_BYTES", 8_000_000)
    assert refusal(zeros) == "dataset.unpacks_too_far"
    monkeypatch.undo()
    lying = zeros.replace(struct.pack("<q", 16_000_000), struct.pack("<q", 1 << 40))
    assert lying != zeros
    assert refusal(lying) == "dataset.unpacks_too_far"


def test_arrow_that_is_damaged_or_odd_is_refused() -> None:
    """Cut, overwritten, rows without values, types that unpack without end."""
    content = arrow(pa.table({"a": list(range(5000)), "b": [str(place) for place in range(5000)]}), rows=1000)
    assert refusal(content[: len(content) // 2]) == "dataset.unreadable"
    for place in range(8, 2000, 97):
        broken = bytearray(content)
        broken[place : place + 8] = b"\xff" * 8
        with suppress(DomainError):  # any other error fails
            survey(io.BytesIO(bytes(broken)))
    assert refusal(arrow(pa.table({"a": pa.nulls(1_000_000)}), rows=1_000_000)) == "dataset.row_count"
    ends = pa.RunEndEncodedArray.from_arrays(pa.array([1_000_000], pa.int32()), pa.array(["x"]))
    assert refusal(arrow(pa.table({"a": ends, "b": range(1_000_000)}), rows=1_000_000)) == "dataset.unsupported_type"


@pytest.mark.parametrize(
    "make", [lambda: CSV, lambda: parquet(carrier=["UA"], dep_delay=[1.5]), arrow], ids=["csv", "parquet", "arrow"]
)
def test_parts_are_one_table_in_their_order(make: Callable[[], bytes]) -> None:
    one = rows_of(make())
    content = archive({"day=2/_SUCCESS": b"", "day=1/a": make(), "day=2/b": make(), ".hidden": b"x"})
    assert rows_of(content) == one + one
    assert [list(row) for row in rows_of(content, ["dep_delay"])] == [["dep_delay"]] * 2 * len(one)


def test_parts_of_text_meet_in_types_that_hold_them_all() -> None:
    parts = {
        "1.csv": b"a,b,c\n1,2,2013-01-01\n",
        "2.csv": b"c;b;a\n2013-01-02 05:00:00;x;2.5\n",
        "3.csv": b"a,b,c\n,,\n",
    }
    found = survey(io.BytesIO(archive(parts)))
    assert {column.name: column.type for column in found.columns} == {
        "a": "double",
        "b": "string",
        "c": "timestamp[us]",
    }
    assert [(row["a"], row["b"]) for row in rows_of(archive(parts))] == [(1.0, "2"), (2.5, "x"), (None, None)]
    lines = {"1.jsonl": b'{"a": 1}\n', "2.jsonl": b'{"a": 2.5, "b": "x"}\n'}
    assert rows_of(archive(lines)) == [{"a": 1.0, "b": None}, {"a": 2.5, "b": "x"}]


@pytest.mark.parametrize(
    ("files", "kind", "code"),
    [
        ({"1": CSV, "2": b"other,columns\n1,2\n"}, zipfile.ZIP_STORED, "dataset.parts_differ"),
        ({"1": parquet(a=[1]), "2": parquet(a=["x"])}, zipfile.ZIP_STORED, "dataset.parts_differ"),
        ({"1": CSV, "2": parquet(a=[1])}, zipfile.ZIP_STORED, "dataset.parts_differ"),
        ({"1": CSV, "2": b"a,b\n1\n"}, zipfile.ZIP_STORED, "dataset.ragged_rows"),
        ({"1": CSV}, zipfile.ZIP_DEFLATED, "dataset.unknown_format"),
        ({}, zipfile.ZIP_STORED, "dataset.unknown_format"),
    ],
)
def test_parts_that_do_not_fit_are_refused(files: dict[str, bytes], kind: int, code: str) -> None:
    content = archive(files, kind)
    assert refusal(content) == code


@pytest.mark.parametrize("form", ["arrow", "parts"])
def test_rows_of_a_person_are_taken_out_and_leave_nothing(form: str) -> None:
    """S4-07: also the dictionary of a column forgets whom no row names any more."""
    one = arrow(rows=2)
    content = one if form == "arrow" else archive({"a": one, "b": one})
    found = survey(io.BytesIO(content))
    masks = [np.array(each) for each in ([True, False], [False]) * (1 if form == "arrow" else 2)]
    out = io.BytesIO()
    cut(form, io.BytesIO(content), found.reading, lambda: iter(masks), out.write)
    kept = table_formats.get(form)().batches(out, found.reading)
    assert [row["carrier"] for batch in kept for row in batch.to_pylist()] == ["AA", "B6"] * (
        1 if form == "arrow" else 2
    )
    plain = io.BytesIO()
    with ipc.new_stream(plain, TABLE.schema) as stream:
        for batch in table_formats.get(form)().batches(out, found.reading):
            stream.write_batch(batch)
    assert b"UA" not in plain.getvalue()


@pytest.mark.django_db
def test_parts_arrive_by_form_and_by_uploads(api: Client, portal: Client) -> None:
    """S1-02: a folder of parts is one sealed version, by form, by resumable uploads and by page."""
    assert api.post("/api/v1/datasets/", {"name": "flights"}, content_type="application/json").status_code == 201
    address = "/api/v1/datasets/flights/versions/"
    said = api.post(
        address,
        {"files/b.csv": SimpleUploadedFile("b.csv", CSV), "files/a.csv": SimpleUploadedFile("a.csv", CSV)},
    )
    assert said.status_code == 201, said.content
    assert (said.json()["rows"], said.json()["format"]) == (6, "parts")
    uploads = []
    for path in ("1.arrow", "2.arrow"):
        begun = api.post(
            "/api/v1/uploads/",
            {"file_name": path, "length": len(arrow())},
            content_type="application/json",
        )
        sent = api.patch(
            f"/api/v1/uploads/{begun.json()['id']}/",
            arrow(),
            content_type="application/offset+octet-stream",
            headers={"Upload-Offset": "0", "Upload-Complete": "?1"},
        )
        assert sent.status_code < 300, sent.content
        uploads.append({"path": path, "upload": begun.json()["id"]})
    said = api.post(address, {"files": uploads}, content_type="application/json")
    assert said.status_code == 201, said.content
    version = DatasetVersion.objects.get(dataset__name="flights", number=2)
    assert open_table(version).read(["dep_delay"]).num_rows == said.json()["rows"] == 6
    assert b"a.csv" not in json.dumps(said.json()).encode()
    page = portal.get("/datasets/flights/versions/new/")
    assert b"A folder of parts" in page.content
    assert b"several files" in portal.get("/datasets/flights/versions/2/").content
