"""Which texts read as numbers or dates. Patterns run in linear time (RE2 inside Arrow), on distinct values only."""

from __future__ import annotations

import importlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dataquality.profiling.kinds import Mask

_NUMBER = r"^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*$"
_DATE = r"^\s*\d{4}-\d{1,2}-\d{1,2}([T ].*)?\s*$"
# Control characters apart from tab and line ends, and the character that stands for bytes that could not be decoded.
_BROKEN = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]|\x{FFFD}"


def _matches(values: pa.Array, pattern: str) -> Mask:
    return np.asarray(pc.match_substring_regex(values, pattern).to_numpy(zero_copy_only=False), dtype=bool)


def reads_as_number(values: pa.Array) -> Mask:
    """Texts that are decimal numbers with a point, white space around allowed."""
    return _matches(values, _NUMBER)


def reads_as_date(values: pa.Array) -> Mask:
    """Texts of the form year-month-day, perhaps with a time, whether or not the calendar has such a day."""
    return _matches(values, _DATE)


def is_in_calendar(values: pa.Array) -> Mask:
    """Texts of the form of a date whose day exists (no 30 February)."""
    form = reads_as_date(values)
    found = np.zeros(len(values), dtype=bool)
    if form.any():
        pandas = importlib.import_module("pandas")  # half a second: only where a text column holds dates
        days = pc.utf8_trim_whitespace(values).to_pandas()[form].str.slice(0, 10).str.split(r"[T ]", regex=True).str[0]
        found[form] = pandas.to_datetime(days, format="%Y-%m-%d", errors="coerce").notna().to_numpy()
    return found


def is_broken(values: pa.Array) -> Mask:
    """Texts with control characters or with the mark of undecodable bytes."""
    return _matches(values, _BROKEN)
