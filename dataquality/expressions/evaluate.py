"""An expression over the rows of one batch. What is missing is neither true nor false, as in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dataquality.profiling.cells import Cells
from dataquality.profiling.kinds import Mask
from dataquality.profiling.text_classes import BLANK, BROKEN, DATE, FORMULA, NO_DAY, NUMBER, classes_of
from modelops.lib.errors import Invalid

from .parse import Expression, Node

_UNITS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_CLASS = {
    "begins_formula": FORMULA,
    "reads_as_number": NUMBER,
    "reads_as_date": DATE,
    "impossible_day": NO_DAY,
    "broken_text": BROKEN,
}


@dataclass(frozen=True)
class _Truth:
    true: Mask
    known: Mask


@dataclass(frozen=True)
class _Numbers:
    """Floats with not-a-number for what is missing; of a moment its seconds since 1970."""

    values: NDArray[np.float64]
    is_time: bool = False


@dataclass(frozen=True)
class _Texts:
    """Texts of the rows, or one text for all."""

    values: pa.Array | str


def truth(expression: Expression, columns: dict[str, Cells], rows: int) -> tuple[Mask, Mask]:
    """For each row whether the expression is true, and whether that is known. Raises Invalid for a misfit."""
    with np.errstate(all="ignore"):
        result = _Evaluation(columns, rows).value(expression.root)
    if not isinstance(result, _Truth):
        raise Invalid(
            'The expression gives a value and not true or false. Compare it, for example: "amount" > 0.',
            code="expression.not_a_condition",
        )
    return result.true & result.known, result.known


class _Evaluation:
    def __init__(self, columns: dict[str, Cells], rows: int) -> None:
        self._columns = columns
        self._rows = rows

    def value(self, node: Node) -> Any:
        if node.kind == "column":
            return self._column(str(node.value))
        if node.kind == "number":
            return _Numbers(np.full(self._rows, float(node.value)))
        if node.kind == "text":
            return _Texts(str(node.value))
        if node.kind == "call":
            return self._call(str(node.value), node.parts[0])
        if node.kind == "in":
            left, *choices = node.parts
            return self._any([self._compared("=", self.value(left), self.value(choice)) for choice in choices])
        parts = [self.value(part) for part in node.parts]
        if node.kind in ("and", "or", "not"):
            for part in parts:
                self._demand(part, _Truth, "a condition")
            if node.kind == "not":
                return _Truth(~parts[0].true & parts[0].known, parts[0].known)
            return self._any(parts) if node.kind == "or" else self._all(parts)
        if node.kind in ("+", "-", "*", "/", "negative"):
            for part in parts:
                self._demand(part, _Numbers, "a number")
            values = [part.values for part in parts]
            if node.kind == "negative":
                return _Numbers(-values[0])
            work = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}[node.kind]
            return _Numbers(work(*values))
        return self._compared(node.kind, *parts)

    def _column(self, name: str) -> Any:
        cells = self._columns[name]
        if cells.kind == "number":
            return _Numbers(cells.numbers)
        if cells.kind == "time":
            values = cells.raw.astype(np.float64)
            if cells.missing is not None:
                values[cells.missing] = np.nan
            kind = cells.array.type
            unit = 86_400.0 if pa.types.is_date32(kind) else _UNITS[getattr(kind, "unit", "ms")]
            return _Numbers(values * unit if unit >= 1 else values / round(1 / unit), is_time=True)
        if cells.kind == "boolean":
            known = np.ones(self._rows, dtype=bool) if cells.valid is None else cells.valid
            return _Truth(cells.raw.view(np.bool_) & known, known)
        if cells.kind == "text":
            array = cells.array
            return _Texts(array.dictionary_decode() if pa.types.is_dictionary(array.type) else array)
        raise Invalid(f"Expressions do not read columns such as {name!r}: {cells.array.type}.", code="expression.kind")

    def _call(self, name: str, argument: Node) -> Any:
        everywhere = np.ones(self._rows, dtype=bool)
        if name == "missing":
            if argument.kind != "column":
                raise Invalid('missing() takes a column: missing("sent").', code="expression.kind")
            return _Truth(missing_rows(self._columns[str(argument.value)]), everywhere)
        value = self.value(argument)
        if name in ("finite", "infinite", "abs"):
            self._demand(value, _Numbers, "a number")
            if name == "abs":
                return _Numbers(np.abs(value.values))
            return _Truth((np.isfinite if name == "finite" else np.isinf)(value.values), everywhere)
        if name == "year":
            self._demand(value, _Numbers, "a moment")
            known = np.isfinite(value.values)
            days = np.floor(np.where(known, value.values, 0) / 86_400).astype("datetime64[D]")
            years = days.astype("datetime64[Y]").astype(np.float64) + 1970
            return _Numbers(np.where(known, years, np.nan))
        self._demand(value, _Texts, "a text")
        texts = pa.array([value.values] * self._rows, pa.string()) if isinstance(value.values, str) else value.values
        if name in _CLASS:
            kinds = classes_of(texts)
            return _Truth(kinds & _CLASS[name] != 0, everywhere)
        if name == "length":
            sizes = pc.utf8_length(texts).cast(pa.float64())
            return _Numbers(sizes.fill_null(np.nan).to_numpy(zero_copy_only=False))
        return _Texts(pc.utf8_lower(texts) if name == "lower" else pc.utf8_trim_whitespace(texts))

    def _compared(self, sign: str, left: Any, right: Any) -> _Truth:
        if isinstance(left, _Numbers) and left.is_time and isinstance(right, _Texts):
            right = self._moment(right)
        elif isinstance(right, _Numbers) and right.is_time and isinstance(left, _Texts):
            left = self._moment(left)
        if isinstance(left, _Numbers) and isinstance(right, _Numbers):
            work = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
            work |= {"=": np.equal, "!=": np.not_equal}
            return _Truth(work[sign](left.values, right.values), ~(np.isnan(left.values) | np.isnan(right.values)))
        if isinstance(left, _Texts) and isinstance(right, _Texts):
            work = {"<": pc.less, "<=": pc.less_equal, ">": pc.greater, ">=": pc.greater_equal}
            work |= {"=": pc.equal, "!=": pc.not_equal}
            both = [_wide(side.values) for side in (left, right)]
            found = work[sign](*both)
            if not isinstance(found, pa.Array):
                return _Truth(np.full(self._rows, bool(found.as_py())), np.ones(self._rows, dtype=bool))
            known = found.is_valid().to_numpy(zero_copy_only=False)
            return _Truth(found.fill_null(False).to_numpy(zero_copy_only=False), known)
        raise Invalid(
            f"The two sides of {sign} are of different kinds. Compare numbers with numbers and texts with 'texts'.",
            code="expression.kind",
        )

    def _moment(self, text: _Texts) -> _Numbers:
        try:
            seconds = np.datetime64(str(text.values), "us").astype(np.int64) / 1e6
        except ValueError:
            raise Invalid(
                "A moment is compared with a text that is no day. Write it as '2013-01-31' or '2013-01-31T10:00'.",
                code="expression.kind",
            ) from None
        return _Numbers(np.full(self._rows, float(seconds)), is_time=True)

    def _all(self, parts: list[_Truth]) -> _Truth:
        false = np.logical_or.reduce([~part.true & part.known for part in parts])
        true = np.logical_and.reduce([part.true & part.known for part in parts])
        return _Truth(true, true | false)

    def _any(self, parts: list[_Truth]) -> _Truth:
        true = np.logical_or.reduce([part.true & part.known for part in parts])
        false = np.logical_and.reduce([~part.true & part.known for part in parts])
        return _Truth(true, true | false)

    def _demand(self, value: Any, kind: type, what: str) -> None:
        if not isinstance(value, kind):
            raise Invalid(f"The expression has something else where {what} is needed.", code="expression.kind")


def _wide(side: pa.Array | str) -> Any:
    return pa.scalar(side, pa.large_string()) if isinstance(side, str) else side.cast(pa.large_string())


def present_rows(cells: Cells) -> int:
    """How many rows have a value."""
    if cells.kind == "text" and (cells.classes & BLANK).any():
        return cells.rows - int(np.count_nonzero(missing_rows(cells)))
    return cells.rows - cells.gone


def missing_rows(cells: Cells) -> Mask:
    """Which rows have no value: null, not a number, or text of nothing but white space."""
    missing = np.zeros(cells.rows, dtype=bool) if cells.absent is None else cells.absent
    if cells.kind != "text":
        return missing
    blank = cells.classes & BLANK != 0
    if not blank.any():
        return missing
    if pa.types.is_dictionary(cells.array.type):
        return np.append(blank, True)[cells.coded[0]]
    return missing | blank
