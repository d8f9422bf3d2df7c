"""Two tables, feature by feature: measured, decided, pictured. Pure: tables in, results out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from .evaluation import DEFAULT, Policy, Verdict, decide
from .profile import drawable, profile, share_at_or_below
from .statistics import Drift, TooFewValues, statistics

if TYPE_CHECKING:
    from numpy.typing import NDArray

Progress = Callable[[int, int, str], None]


class Table(Protocol):
    """What a comparison reads from either side."""

    @property
    def schema(self) -> pa.Schema:
        """Names and types of the columns."""

    def columns(self, names: list[str]) -> Iterator[tuple[str, pa.ChunkedArray]]:
        """The named columns with all their values, in the given order."""


@dataclass(frozen=True)
class Feature:
    """The result for one column: ``drift``, ``verdict`` and ``profile``, or the ``reason`` why there are none."""

    name: str
    reason: str = ""
    drift: Drift | None = None
    verdict: Verdict | None = None
    profile: Mapping[str, Any] | None = None


def compare(
    reference: Table,
    current: Table,
    *,
    statistic: str = "ks",
    policy: Policy = DEFAULT,
    progress: Progress = lambda *_: None,
) -> list[Feature]:
    """Every column of either table, in the order of the reference and then of the current one.

    What cannot be compared (in one table only, not of numbers, fewer than two finite values) is a feature with its
    reason: the others are compared all the same. ``progress`` is told (done, total, name) before each comparison.
    """
    method = statistics.get(statistic)()
    reasons = {
        name: _reason(name, reference.schema, current.schema, method.label) for name in _names(reference, current)
    }
    names = [name for name, reason in reasons.items() if not reason]
    drifts: dict[str, Drift] = {}
    profiles: dict[str, Mapping[str, Any]] = {}
    progress(0, len(names), "reading")
    pairs = zip(reference.columns(names), current.columns(names), strict=True)
    for done, ((name, before), (_, after)) in enumerate(pairs):
        progress(done, len(names), name)
        first, absent_first = numbers(before)
        second, absent_second = numbers(after)
        try:
            measured = method.compare(first, second)
        except TooFewValues as refusal:
            reasons[name] = refusal.message
            continue
        drifts[name] = _with_absent(measured, absent_first, absent_second)
        profiles[name] = {
            "location": drawable(measured.location),
            "shares": [share_at_or_below(sample, measured.location) for sample in (first, second)],
            **profile(first, second),
        }
    progress(len(names), len(names), "deciding")
    verdicts = decide(drifts, policy)
    return [
        Feature(name, reason=reason)
        if reason
        else Feature(name, drift=drifts[name], verdict=verdicts[name], profile=profiles[name])
        for name, reason in reasons.items()
    ]


def numbers(column: pa.ChunkedArray) -> tuple[NDArray[Any], int]:
    """The values of a column of numbers that are there, and how many are null; whole numbers stay whole."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    present = column.drop_null()
    if pa.types.is_decimal(present.type) or pa.types.is_float16(present.type):
        present = pc.cast(present, pa.float64())
    return present.to_numpy(), column.null_count


def _names(reference: Table, current: Table) -> list[str]:
    names = list(reference.schema.names)
    return names + [name for name in current.schema.names if name not in set(names)]


def _reason(name: str, reference: pa.Schema, current: pa.Schema, label: str) -> str:
    sides = (("reference", reference), ("current", current))
    for which, schema in sides:
        if name not in schema.names:
            return f"The {which} data has no such column."
    for which, schema in sides:
        kind = _plain(schema.field(name).type)
        if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
            return f"{label} compares numbers; the {which} column is {_words(kind)}."
    return ""


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _words(kind: pa.DataType) -> str:
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "text"
    if pa.types.is_boolean(kind):
        return "true or false"
    if pa.types.is_temporal(kind):
        return "a time"
    return "all null" if pa.types.is_null(kind) else f"of type {kind}"


def _with_absent(drift: Drift, reference: int, current: int) -> Drift:
    return Drift(
        **{
            **vars(drift),
            "dropped_reference": drift.dropped_reference + reference,
            "dropped_current": drift.dropped_current + current,
        }
    )
