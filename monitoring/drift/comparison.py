"""Two tables, column by column: measured, decided, pictured. Pure: tables in, results out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyarrow as pa

from .categories import Counted, TooManyCategories, compare_categories, count, is_category
from .columns import NumberReference, Numbers, arrays_of, compare_numbers, is_number, prepare
from .evaluation import DEFAULT, Policy, Verdict, decide_all
from .statistics import Drift, TooFewValues
from .statistics.nulls import nulls

Progress = Callable[[int, int, str], None]
KS, CHI_SQUARE, NULLS = "ks", "chi_square", "nulls"


class Table(Protocol):
    """What a comparison reads from either side."""

    @property
    def schema(self) -> pa.Schema:
        """Names and types of the columns."""

    def columns(self, names: list[str]) -> Iterator[tuple[str, pa.ChunkedArray]]:
        """The named columns with all their values, in the given order."""


class Decoding(Protocol):
    """A table that can give its columns array by array: each is counted before the next one is decoded."""

    def arrays(self, names: list[str]) -> Iterator[tuple[str, Iterator[pa.Array]]]:
        """The named columns, in the given order; one array of each at least."""


class Reference(Protocol):
    """A reference that was prepared once."""

    @property
    def schema(self) -> pa.Schema:
        """Names and types of the columns."""

    def prepared(self, names: list[str]) -> Iterator[tuple[str, NumberReference | Counted | TooManyCategories]]:
        """The named columns, in the given order."""


@dataclass(frozen=True)
class Feature:
    """The result for one column: ``drift``, ``verdict`` and ``profile``, or the ``reason`` why there are none.

    ``method`` is the test, "ks" or "chi_square"; or "nulls" where the current column holds no value any more.
    """

    name: str
    reason: str = ""
    drift: Drift | None = None
    verdict: Verdict | None = None
    profile: Mapping[str, Any] | None = None
    method: str = KS
    measures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Unprepared:
    """A table as a reference: each column is prepared as it is read."""

    table: Table

    @property
    def schema(self) -> pa.Schema:
        """Names and types of the columns."""
        return self.table.schema

    def prepared(self, names: list[str]) -> Iterator[tuple[str, NumberReference | Counted | TooManyCategories]]:
        """The named columns, sorted or counted."""
        for name, column in self.table.columns(names):
            yield name, prepared_column(column)


def prepared_column(column: pa.ChunkedArray) -> NumberReference | Counted | TooManyCategories:
    """One column of a reference, or why it cannot be one."""
    if is_number(plain(column.type)):
        return prepare(column)
    try:
        return count(column)
    except TooManyCategories as refusal:
        return refusal


def compare(
    reference: Table | Reference,
    current: Table,
    *,
    policy: Policy = DEFAULT,
    features: list[str] | None = None,
    wasserstein: bool = False,
    progress: Progress = lambda *_: None,
) -> list[Feature]:
    """Every column of either table (or of ``features``), in the order of the reference and then of the current one.

    What cannot be compared (in one table only, of different kinds, fewer than two values) is a feature with its reason:
    the others are compared all the same. ``progress`` is told (done, total, name) before each comparison.
    """
    found, missing = measure(reference, current, features=features, wasserstein=wasserstein, progress=progress)
    return decided(found, decide_all(drifts_of(found), missing, policy))


def measure(
    reference: Table | Reference,
    current: Table,
    *,
    features: list[str] | None = None,
    wasserstein: bool = False,
    progress: Progress = lambda *_: None,
) -> tuple[dict[str, Feature], dict[str, Drift]]:
    """Every column as `compare` gives it, but not decided yet, and the tests of their missing values."""
    known: Reference = reference if hasattr(reference, "prepared") else Unprepared(reference)  # type: ignore[assignment,arg-type]
    asked = _names(known, current) if features is None else features
    found = {name: Feature(name, reason=not_comparable(name, known.schema, current.schema)) for name in asked}
    names = [name for name, feature in found.items() if not feature.reason]
    missing: dict[str, Drift] = {}
    progress(0, len(names), "reading")
    coming = current.arrays(names) if hasattr(current, "arrays") else current.columns(names)
    for done, ((name, before), (_, after)) in enumerate(zip(known.prepared(names), coming, strict=True)):
        progress(done, len(names), name)
        try:
            found[name], absent = compare_column(name, before, after, wasserstein)
        except (TooFewValues, TooManyCategories) as refusal:
            found[name] = Feature(name, reason=refusal.message)
            continue
        if absent is not None:
            missing[name] = absent
    progress(len(names), len(names), "deciding")
    return found, missing


def drifts_of(found: Mapping[str, Feature]) -> dict[str, Drift]:
    """What was measured, of the features that could be compared."""
    return {name: feature.drift for name, feature in found.items() if feature.drift is not None}


def decided(found: Mapping[str, Feature], verdicts: Mapping[str, Verdict]) -> list[Feature]:
    """The features with their verdicts, in the given order."""
    return [
        Feature(**{**vars(feature), "verdict": verdicts[name]}) if name in verdicts else feature
        for name, feature in found.items()
    ]


def compare_column(
    name: str,
    before: NumberReference | Counted | TooManyCategories,
    after: pa.ChunkedArray | Iterator[pa.Array],
    wasserstein: bool = False,
) -> tuple[Feature, Drift | None]:
    """One column against its prepared reference, and the test of its missing values where some are.

    ``after`` may come array by array, one at least, as the file is decoded. Raises TooFewValues, TooManyCategories.
    """
    if isinstance(before, TooManyCategories):
        raise before
    arrays = arrays_of(after) if isinstance(after, pa.ChunkedArray) else after
    if isinstance(before, NumberReference):
        values = Numbers(arrays)
        try:
            compared = compare_numbers(before, values, with_wasserstein=wasserstein)
        except TooFewValues:
            rows, gone = values.rows, nulls(before.dropped, before.size + before.dropped, values.nulls, values.rows)
            if values.nulls == rows and rows and before.size >= 2 and gone is not None:
                return _vanished(name, gone, before.size, before.dropped), None
            raise
        drift, measures, picture, method = compared.drift, compared.measures, compared.picture, KS
        gone = nulls(before.dropped, before.size + before.dropped, drift.dropped_current, values.rows)
    else:
        column = pa.chunked_array(list(arrays))
        rows, counted = len(column), count(column)
        gone = nulls(before.nulls, before.size + before.nulls, counted.nulls, rows)
        if counted.nulls == rows and rows and before.size >= 2 and gone is not None:
            return _vanished(name, gone, before.size, before.nulls), None
        drift, measures, picture = compare_categories(before, counted)
        method = CHI_SQUARE
    if gone is not None:
        measures |= {"nulls_difference": gone.statistic, "nulls_p_value": gone.p_value}
    return Feature(name, drift=drift, profile=picture, method=method, measures=measures), gone


def _vanished(name: str, gone: Drift, size: int, dropped: int) -> Feature:
    """The current column holds no value any more: that its values are missing is the drift."""
    drift = Drift(**{**vars(gone), "n_reference": size, "n_current": 0, "dropped_reference": dropped,
                     "dropped_current": gone.n_current})  # fmt: skip
    return Feature(name, drift=drift, profile={}, method=NULLS, measures={"nulls_difference": gone.statistic})


def _names(reference: Table | Reference, current: Table) -> list[str]:
    names = list(reference.schema.names)
    return names + [name for name in current.schema.names if name not in set(names)]


def not_comparable(name: str, reference: pa.Schema, current: pa.Schema) -> str:
    """Why two columns cannot be compared, by the schemas alone; empty where they can."""
    sides = (("reference", reference), ("current", current))
    for which, schema in sides:
        if name not in schema.names:
            return f"The {which} data has no such column."
    kinds = [plain(schema.field(name).type) for _, schema in sides]
    for (which, _), kind in zip(sides, kinds, strict=True):
        if not (is_number(kind) or is_category(kind)):
            return f"Numbers and categories are compared; the {which} column is {_words(kind)}."
    if is_number(kinds[0]) != is_number(kinds[1]):
        return f"The reference column is {_words(kinds[0])}, the current one {_words(kinds[1])}."
    return ""


def plain(kind: pa.DataType) -> pa.DataType:
    """The type of the values, where a column holds places in a dictionary."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _words(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "true or false"
    if is_category(kind):
        return "text"
    if is_number(kind):
        return "of numbers"
    if pa.types.is_temporal(kind):
        return "a time"
    return "all null" if pa.types.is_null(kind) else f"of type {kind}"
