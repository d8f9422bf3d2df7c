"""Values as CSV cells that a spreadsheet program shows and never calculates."""

import csv
import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Final, TextIO

from .providers import Value

# What Excel, LibreOffice and Sheets take for the start of a formula or command, with the full-width forms that some
# of them fold. Source: OWASP, "CSV Injection".
_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def cell(value: Value) -> str:
    """The value as text of a cell: times in ISO 8601, booleans as true and false, nothing as an empty cell.

    Text that a spreadsheet would calculate gets a leading apostrophe; numbers stay numbers, negative ones too.

    >>> cell("=1+1"), cell(-3), cell("-3.5"), cell(None)
    ("'=1+1", '-3', '-3.5', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    text = str(value)
    if text.startswith(("\t", "\r", "\n")) or text.lstrip().startswith(_STARTS):
        return text if _NUMBER.fullmatch(text) else f"'{text}"
    return text


def write(stream: TextIO, columns: Iterable[str], rows: Iterable[Mapping[str, Value]]) -> None:
    """Write a heading and one line per row (RFC 4180: commas, CRLF, quotes where needed)."""
    columns = list(columns)
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([cell(column) for column in columns])
    for row in rows:
        writer.writerow([cell(row.get(column)) for column in columns])
