"""Tables are read whole before they are stored: format, types, rows, and what cannot be used."""

import csv
import io
import re

import pyarrow as pa
import pytest

from modelops.lib.errors import DomainError
from registry.tables import survey
from registry.tables.delimited import Delimited
from registry.tables.json_lines import JSONLines

from .samples import CSV, parquet


def types(content: bytes) -> dict[str, str]:
    """Column types by name."""
    return {column.name: column.type for column in survey(io.BytesIO(content)).columns}


@pytest.mark.parametrize(
    ("content", "file_format"),
    [
        (CSV, "csv"),
        (CSV.replace(b",", b";"), "csv"),
        (CSV.replace(b",", b"\t"), "csv"),
        (b"\xef\xbb\xbf" + CSV, "csv"),
        (CSV.decode().encode("utf-16"), "csv"),
        (
            b'{"carrier": "UA", "dep_delay": 2.5, "day": "a"}\n{"carrier": "AA", "day": "b"}\n{"dep_delay": -4}\n',
            "jsonl",
        ),
        (parquet(carrier=["UA", "AA", "B6"], dep_delay=[2.5, None, -4.0], day=["a", "b", None]), "parquet"),
    ],
)
def test_the_same_table_is_read_from_every_format(content: bytes, file_format: str) -> None:
    found = survey(io.BytesIO(content))
    assert (found.file_format, found.rows) == (file_format, 3)
    assert [column.name for column in found.columns] == ["carrier", "dep_delay", "day"]
    assert found.columns[1].type == "double"
    assert found.columns[1].nulls == 1


def test_types_are_found_over_the_whole_file() -> None:
    """A text cell far behind the first block turns a column of numbers into text."""
    content = b"a,b\n" + b"1,2\n" * 1_100_000 + b"x,3\n"
    assert types(content) == {"a": "string", "b": "int64"}


def test_each_kind_of_cell_has_its_type() -> None:
    content = (
        b"whole,real,yes,day,moment,zoned,text\n"
        b"1,1,true,2013-01-01,2013-01-01,2013-01-01T05:00:00Z,1x\n"
        b" 2,2.5,false,2013-01-02,2013-01-02 05:00:00,2013-01-01T06:00:00Z,\n"
    )
    assert list(types(content).values()) == [
        "int64", "double", "bool", "date32[day]", "timestamp[us]", "timestamp[us, tz=UTC]", "string",
    ]  # fmt: skip


def test_quoted_cells_may_hold_delimiters_and_line_ends() -> None:
    found = survey(io.BytesIO(b'a,b\n"x\ny, z",1\n"w",2\n'))
    assert (found.rows, len(found.columns)) == (2, 2)


@pytest.mark.parametrize(
    "content",
    [
        CSV,
        "stadt;größe\nKöln;1,5\n\ufeffx;2\n".encode(),  # a mark within the text is text
        b'"a,b",c\n"x\ny",1\n',
        b"a,b\r\n" + b"1,2\r\n" * 1_100_000 + b"x,3\r\n",  # over several blocks
    ],
    ids=["plain", "marks within", "quoted", "blocks"],
)
def test_a_mark_of_utf8_changes_nothing(content: bytes) -> None:
    """Arrow passes over it; the text is not written anew for it."""
    marked, plain = (survey(io.BytesIO(start + content)) for start in (b"\xef\xbb\xbf", b""))
    assert marked.reading == plain.reading
    assert marked.reading["encoding"] == "utf-8"
    assert (marked.rows, marked.columns) == (plain.rows, plain.columns)


def test_a_mark_of_utf8_before_other_text_is_refused_and_older_readings_still_work() -> None:
    with pytest.raises(DomainError) as refusal:
        survey(io.BytesIO(b"\xef\xbb\xbfname,n\n" + b"x,1\n" * 4_000_000 + "José,1\n".encode("cp1252")))
    assert refusal.value.code == "dataset.unreadable"
    file = io.BytesIO(b"\xef\xbb\xbf" + CSV)
    former = {**survey(file).reading, "encoding": "utf-8-sig"}
    new, old = (pa.Table.from_batches(Delimited().batches(file, way)) for way in (survey(file).reading, former))
    assert new.equals(old)


def test_windows_text_is_decoded() -> None:
    assert survey(io.BytesIO("name,n\nJosé,1\n".encode("cp1252"))).reading["encoding"] == "cp1252"


@pytest.mark.parametrize(
    ("late", "kinds"),
    [
        ("José,1,\n", ["string", "int64", "int64"]),
        ("x,é,\n", ["string", "string", "int64"]),
        ("x,1,é\n", ["string", "int64", "string"]),
        ('"à,\n",1,\n', ["string", "int64", "int64"]),
    ],
    ids=["text", "number", "empty so far", "quoted"],
)
@pytest.mark.parametrize(("encoding", "named"), [("cp1252", "cp1252"), ("utf-8", "utf-8")])
def test_text_that_turns_out_late_to_be_other_is_decoded_all_the_same(
    late: str, kinds: list[str], encoding: str, named: str
) -> None:
    """S3-27: blocks of plain letters come first, so the encoding shows only where these end."""
    content = b"name,n,more\n" + (b"x" * 400 + b",1,\n") * 22_000 + late.encode(encoding) + b"x,2,3\n"
    found = survey(io.BytesIO(content))
    assert (found.rows, found.reading["encoding"]) == (22_002, named)
    assert [column.type for column in found.columns] == kinds
    table = pa.Table.from_batches(Delimited().batches(io.BytesIO(content), found.reading))
    (last,) = table.slice(found.rows - 2, 1).to_pylist()
    told = next(csv.reader(io.StringIO(late)))
    assert [str(value or "") for value in last.values()] == told


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "dataset.empty"),
        (b"a,b\n", "dataset.empty"),
        (parquet(a=[]), "dataset.empty"),
        (b"a,a\n1,2\n", "dataset.duplicate_column_name"),
        (b"a,\n1,2\n", "dataset.blank_column_name"),
        (b"a,b\n1,2\n1,2,3\n", "dataset.ragged_rows"),
        (b"a,b\n1,\n2,\n", "dataset.empty_column"),
        (b'{"a": null}\n{"a": null}\n', "dataset.empty_column"),
        (b'{"a": 1}\n{"a": "x"}\n', "dataset.mixed_types"),
        (b'{"a": 1}\n{"a": 2', "dataset.unreadable"),
        (b'{"a\\u0000": 1}\n', "dataset.column_name_invalid"),
        (parquet(a=[1, 2, 3])[:-20], "dataset.unreadable"),
        (b'[{"a": 1}]', "dataset.unknown_format"),
        (b"<html></html>", "dataset.unknown_format"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "dataset.unknown_format"),
        (b"\x80\x04\x95\x00", "dataset.unknown_format"),
    ],
)
def test_what_nothing_could_be_done_with_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        survey(io.BytesIO(content))
    assert refusal.value.code == code
    assert refusal.value.status == (415 if code == "dataset.unknown_format" else 400)


def test_a_refusal_does_not_repeat_the_row() -> None:
    """Rows may hold personal data, and refusals are logged."""
    with pytest.raises(DomainError) as refusal:
        survey(io.BytesIO(b"a,b\n1,2\nsomebody,born,1970\n"))
    assert "somebody" not in str(refusal.value)
    assert "Row 3" in str(refusal.value)


def test_categories_of_several_row_groups_are_read_as_one_column() -> None:
    """Each row group of a Parquet file brings a dictionary of its own."""
    import pyarrow.parquet as pq

    from registry.tables.parquet import Parquet

    file = io.BytesIO()
    words = pa.array([f"w{n // 2}" for n in range(100)]).dictionary_encode()
    pq.write_table(pa.table({"word": words, "n": list(range(100))}), file, row_group_size=30)
    found = survey(file)
    batches = list(Parquet().batches(file, found.reading, ["word"]))
    assert found.columns[0].type.startswith("dictionary<values=string")
    assert pa.Table.from_batches(batches).column("word").to_pylist() == words.to_pylist()


def test_a_cell_that_only_looks_like_its_type_stays_text() -> None:
    """The reader and the type search must agree; where they do not, the column is text and no upload fails."""
    for cell in (b"1_000", b"0x1F", b"2013-02-30", b"1,5", b"+5", b"1e5", b"--", b"\xd9\xa1"):
        content = b'a;b\n"1";x\n"' + cell + b'";y\n'
        assert survey(io.BytesIO(content)).rows == 2


def test_a_column_that_does_not_convert_after_all_is_text() -> None:
    """Arrow's cast takes "tRUE" for a truth value, its CSV reader does not."""
    assert types(b"a,b\ntRUE,1\nfalse,2\n") == {"a": "string", "b": "int64"}
    assert types(b"a,b\ntrue,1\nfalse,2\n") == {"a": "bool", "b": "int64"}


@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n \n"])
@pytest.mark.parametrize("begin", [b"", b"\xef\xbb\xbf", b"\n\n"])
@pytest.mark.parametrize("block", [1, 7, 64, 4096])
def test_lines_are_the_same_however_they_lie_in_the_blocks(
    begin: bytes, end: bytes, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line may be longer than a block, and blank lines are none; a refusal counts them all."""
    monkeypatch.setattr("registry.tables.json_lines.BLOCK_BYTES", block)
    lines = [b'{"a": %d, "b": "%s"}' % (row, b"\xc3\xa9" * (row % 40)) for row in range(60)]
    found = survey(io.BytesIO(begin + b"\n".join(lines) + end))
    assert (found.rows, [column.type for column in found.columns]) == (60, ["int64", "string"])
    rows = [
        row for part in JSONLines().batches(io.BytesIO(b"\n".join(lines) + end), found.reading) for row in part["a"]
    ]
    assert [row.as_py() for row in rows] == list(range(60))
    with pytest.raises(DomainError) as refusal:
        survey(io.BytesIO(begin + b"\n".join(lines) + b"\n{no object\n" + end))
    place = int(re.search(r"from line (\d+) on", str(refusal.value))[1])
    assert place == 1 if block == 4096 else place <= 61 + begin.count(b"\n")
