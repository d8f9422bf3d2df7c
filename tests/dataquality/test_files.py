"""A file that is not in the portal yet is examined as after its upload, in one pass where it goes on as it begins."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from dataquality import files
from dataquality.engine import Report, examine
from dataquality.files import FileTable, validate_file
from dataquality.frames import validate_dataset
from dataquality.suite_text import load
from dataquality.suites import read_suite
from modelops.lib.errors import DomainError, Invalid, UnsupportedFormat
from registry.tables import survey

SUITE = """
rules:
  - {name: age-range, rule: range, columns: [age], params: {min: 0, max: 120}}
  - {name: ordered, rule: expression, params: {expression: '"start" <= "end"'}}
  - {name: shop, rule: set, columns: [shop], params: {values: [Bonn, Rome]}}
"""
TABLE = pa.table(
    {
        "age": [30.5, None, 400.25] * 200,
        "start": list(range(600)),
        "end": [place + (place % 7) - 2 for place in range(600)],
        "shop": ["Bonn", "Rome", "Köln"] * 200,
    }
)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look ends long before a small file does."""
    monkeypatch.setattr("registry.tables.delimited.BLOCK_BYTES", 256)


def surveyed(path: Path, suite: str | None = SUITE) -> Report:
    """What an upload finds out, then a run."""
    return examine(FileTable.surveyed(path), suite=None if suite is None else read_suite(load(suite)))


def as_csv(path: Path) -> None:
    pc.write_csv(TABLE, path)


def as_lines(path: Path) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in TABLE.to_pylist()))


def as_arrow(path: Path) -> None:
    with pa.ipc.new_file(path, TABLE.schema) as writer:
        writer.write(TABLE)


def as_parts(path: Path) -> None:
    as_csv(path.with_suffix(".one"))
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("one.csv", "two.csv"):
            archive.write(path.with_suffix(".one"), name)


FORMS = {"csv": as_csv, "parquet": lambda path: pq.write_table(TABLE, path), "jsonl": as_lines, "arrow": as_arrow}


@pytest.mark.parametrize("form", [*FORMS, "zip"])
def test_a_file_has_the_report_of_its_upload(tmp_path: Path, form: str) -> None:
    """Also of its DataFrame."""
    path = tmp_path / f"table.{form}"
    (as_parts if form == "zip" else FORMS[form])(path)
    before = path.read_bytes()
    report = validate_file(path, SUITE)
    assert report == surveyed(path)
    assert [each.count for each in report.outcomes][:3:2] == [400 if form == "zip" else 200] * 2
    if form != "zip":
        assert report.score == validate_dataset(TABLE.to_pandas(), SUITE).score
    assert path.read_bytes() == before


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_what_goes_on_as_it_begins_is_read_once(tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table"
    FORMS[form](path)
    expected = surveyed(path)
    monkeypatch.setattr(files, "survey", lambda *_: pytest.fail("read for its types alone"))
    assert validate_file(str(path), SUITE) == expected
    assert validate_file(path).outcomes == ()


@pytest.mark.parametrize(
    "end",
    [
        "31,7,8,Bonn",
        "31,7,8,Bonn\n\n\n",
        '31,7,8,"Bo\nnn"\n',
        "31,seven,8,Bonn\n",
        "thirty,7,8,Bonn\n",
        "31,7.5,8,\n",
        "31,7,99999999999999999999,Bonn\n",
        "\n\n31,7,8,Bonn\n",
        "31,7,8,Bonn\r\n",
    ],
)
def test_a_file_may_end_otherwise_than_it_begins(tmp_path: Path, end: str) -> None:
    """Other types, line breaks in cells, lines without a row: what was expected of it does not count then."""
    path = tmp_path / "table.csv"
    path.write_text("age,start,end,shop\n" + "30,1,2,Rome\n" * 300 + end)
    assert validate_file(path) == surveyed(path, None)
    assert validate_file(path).rows == 301


def test_a_file_in_another_encoding_or_that_begins_empty_is_looked_over_first(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    for content in ("shop,age\n" + ",1\n" * 300 + "Köln,2\n", "shop;age\n" + "Köln;1\n" * 300):
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
            path.write_text(content, encoding=encoding)
            report = validate_file(path)
            assert report == surveyed(path, None)
            assert (report.rows, report.columns) == (content.count("\n") - 1, 2)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a,b\n" + b"1,2\n" * 300 + b"1,2,3\n", "dataset.ragged_rows"),
        (b"a,b\n" + b"1,\n" * 300, "dataset.empty_column"),
        (b"a,b\n", "dataset.empty"),
        (b"", "dataset.empty"),
        (b"a,a\n1,2\n", "dataset.duplicate_column_name"),
        (b"PAR1 and no more", "dataset.unreadable"),
        (b"\x7fELF\x00\x00", "dataset.unknown_format"),
    ],
)
def test_what_an_upload_refuses_is_refused_with_the_same_words(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "table"
    path.write_bytes(content)
    with pytest.raises((Invalid, UnsupportedFormat)) as found:
        validate_file(path)
    with path.open("rb") as file, pytest.raises(DomainError) as expected:
        survey(file)
    assert (found.value.code, found.value.message) == (expected.value.code, expected.value.message)
    assert found.value.code == code


def test_an_empty_parquet_column_is_refused_as_its_upload_is(tmp_path: Path) -> None:
    path = tmp_path / "table"
    pq.write_table(pa.table({"a": [1, 2], "b": pa.array([None, None], pa.string())}), path)
    with pytest.raises(Invalid, match="holds no value"):
        validate_file(path)
    pq.write_table(pa.table({"a": [1, 2], "b": [" ", "  "]}), path)
    assert validate_file(path) == surveyed(path, None)


def test_a_suite_that_does_not_fit_and_a_file_that_is_not_there_are_told(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    as_csv(path)
    with pytest.raises(Invalid) as found:
        validate_file(path, "rules: [{name: gone, rule: present, columns: [gone]}]")
    assert found.value.code == "rule.column_missing"
    with pytest.raises(Invalid):
        validate_file(path, "rules: 1")
    with pytest.raises(FileNotFoundError):
        validate_file(tmp_path / "elsewhere.csv")
