"""The archive that answers a request."""

import datetime as dt
import io
import json
import uuid
import zipfile

import jsonschema
import pytest

from compliance.subjects import bundle as bundles
from compliance.subjects.bundle import BundleWriter, Facts, UndeclaredData
from compliance.subjects.providers import ExportedRow, Section
from modelops.lib.errors import TooLarge

NOW = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
FACTS = Facts("SR-2026-000007", "Access", "GDPR", NOW - dt.timedelta(days=3), NOW)
NOTES = Section("desk.notes", "Notes", {"text": "What was noted", "at": "When", "score": "Score"}, "the desk")
EMPTY = Section("desk.calls", "Calls", {"at": "When"}, "the desk")


def archive_of(*rows: ExportedRow) -> zipfile.ZipFile:
    """The finished archive of some rows."""
    writer = BundleWriter(FACTS, [NOTES, EMPTY])
    for row in rows:
        writer.add(row)
    return zipfile.ZipFile(io.BytesIO(writer.finish().content))


def note(text: str, score: float = 0.5) -> ExportedRow:
    """A row of the first section."""
    return ExportedRow("desk.notes", {"text": text, "at": NOW, "score": score})


def test_the_data_is_valid_against_its_schema() -> None:
    """S4-63: the archive validates against the schema that it carries."""
    archive = archive_of(note("first"), note("second", float("nan")))
    data, schema = (json.loads(archive.read(name)) for name in ("data.json", "schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(data, schema)
    assert [row["text"] for row in data["sections"]["desk.notes"]["rows"]] == ["first", "second"]
    assert data["sections"]["desk.notes"]["rows"][1]["score"] == "nan"
    data["sections"]["desk.notes"]["rows"][0]["secret"] = "x"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema)


def test_sections_without_rows_are_left_out_and_an_empty_archive_says_so() -> None:
    assert "csv/desk.calls.csv" not in archive_of(note("x")).namelist()
    nothing = archive_of()
    assert json.loads(nothing.read("data.json"))["sections"] == {}
    assert "found none about you" in nothing.read("index.html").decode()


def test_text_is_inert_in_the_page_and_in_the_spreadsheet() -> None:
    archive = archive_of(note("<script>alert(1)</script>"), note("=HYPERLINK(1)"))
    page = archive.read("index.html").decode()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "'=HYPERLINK(1)" in archive.read("csv/desk.notes.csv").decode("utf-8-sig")
    assert json.loads(archive.read("data.json"))["sections"]["desk.notes"]["rows"][1]["text"] == "=HYPERLINK(1)"


def test_a_field_or_section_that_nobody_declared_is_refused() -> None:
    """A new column is in no bundle until somebody writes down what it means."""
    writer = BundleWriter(FACTS, [NOTES])
    with pytest.raises(UndeclaredData, match="salary"):
        writer.add(ExportedRow("desk.notes", {"text": "x", "salary": 1}))
    with pytest.raises(UndeclaredData, match=r"desk\.other"):
        writer.add(ExportedRow("desk.other", {}))
    assert writer.finish().row_count == 0


def test_the_page_shows_the_first_rows_and_the_spreadsheet_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "HTML_ROWS", 2)
    archive = archive_of(*(note(f"note {uuid.UUID(int=number)}") for number in range(5)))
    assert "3 more rows" in archive.read("index.html").decode()
    assert len(archive.read("csv/desk.notes.csv").splitlines()) == 6


def test_an_archive_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "MAX_BYTES", 100)
    with pytest.raises(TooLarge, match="outside the portal"):
        archive_of(note("x"))
