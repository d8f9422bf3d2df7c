"""Cells that no spreadsheet program calculates."""

import csv
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.subjects import spreadsheet

STARTS = "=+-@\t\r\n＝＋－＠"


@pytest.mark.parametrize("text", [f"{start}cmd|' /C calc'!A0" for start in STARTS] + ["  =1+1", "\u00a0=1+1", "-1+1"])
def test_text_that_would_be_calculated_gets_an_apostrophe(text: str) -> None:
    assert spreadsheet.cell(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (-3, "-3"),
        (-0.25, "-0.25"),
        ("-3.5", "-3.5"),
        ("+49", "+49"),
        ("a=b", "a=b"),
        (True, "true"),
        (None, ""),
        ("", ""),
        (dt.date(2026, 1, 2), "2026-01-02"),
    ],
)
def test_numbers_and_plain_text_stay_as_they_are(value: object, shown: str) -> None:
    assert spreadsheet.cell(value) == shown


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_every_file_reads_back_with_its_values(values: list[str]) -> None:
    columns = [f"c{number}" for number in range(len(values))]
    stream = io.StringIO(newline="")
    spreadsheet.write(stream, columns, [dict(zip(columns, values, strict=True))])
    heading, row = csv.reader(io.StringIO(stream.getvalue(), newline=""))
    assert heading == columns
    assert [cell.removeprefix("'") for cell in row] == [value.removeprefix("'") for value in values]
    assert not any(cell.startswith(tuple(STARTS)) and not spreadsheet._NUMBER.fullmatch(cell) for cell in row)
