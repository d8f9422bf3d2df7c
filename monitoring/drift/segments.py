"""Drift within segments: the rows of one value of a column, compared with the rows that had it before.

A change that hits one country or one channel can vanish in the whole. All features of all segments are corrected
together with those of the whole, so that many segments raise no more false alarms than none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc

from .categories import TooManyCategories, is_category
from .comparison import (
    NULLS,
    Feature,
    Progress,
    Table,
    compare_column,
    decided,
    drifts_of,
    not_comparable,
    plain,
    prepared_column,
)
from .evaluation import Policy, Segment, decide_within
from .statistics import Drift, TooFewValues

MOST_COLUMNS = 5
MOST_VALUES = 50
LONGEST_VALUE = 255
# Fewer rows tell of persons, and mean nothing: neither their number nor anything of them is said.
SMALLEST = 30


@dataclass(frozen=True)
class Part:
    """One segment with its features, or the ``reason`` why it has none; of a column as a whole ``value`` is empty."""

    column: str
    value: str
    n_reference: int = 0
    n_current: int = 0
    reason: str = ""
    features: Sequence[Feature] = ()
    missing: Mapping[str, Drift] = field(default_factory=dict)

    @property
    def segment(self) -> Segment:
        """How policies name it."""
        return self.column, self.value


def measure_segments(
    reference: Table,
    current: Table,
    columns: Sequence[str],
    names: Sequence[str],
    progress: Progress = lambda *_: None,
) -> list[Part]:
    """The segments of each of ``columns``, largest first; in each, all of ``names`` but the column itself.

    Nothing is decided yet: see `decide_segments`.
    """
    found: list[Part] = []
    for column in columns:
        reason = _no_segments(column, reference.schema, current.schema)
        found += (
            [Part(column, "", reason=reason)] if reason else _of_column(reference, current, column, names, progress)
        )
    return found


def decide_segments(
    found: Mapping[str, Feature], missing: Mapping[str, Drift], parts: Sequence[Part], policy: Policy
) -> tuple[list[Feature], list[Part]]:
    """The verdicts on the whole and on every part, corrected together."""
    measured = {part.segment: (drifts_of({one.name: one for one in part.features}), part.missing) for part in parts}
    verdicts = decide_within({None: (drifts_of(found), missing), **measured}, policy)
    return decided(found, verdicts[None]), [
        replace(part, features=decided({one.name: one for one in part.features}, verdicts[part.segment]))
        for part in parts
    ]


def _no_segments(column: str, reference: pa.Schema, current: pa.Schema) -> str:
    for which, schema in (("reference", reference), ("current", current)):
        if column not in schema.names:
            return f"The {which} data has no such column."
        kind = plain(schema.field(column).type)
        if not (is_category(kind) or pa.types.is_integer(kind)):
            return f"Texts, true or false and whole numbers make segments; the {which} column is {kind}."
    return ""


def _of_column(reference: Table, current: Table, column: str, names: Sequence[str], progress: Progress) -> list[Part]:
    coded = [_texts(next(iter(table.columns([column])))[1]) for table in (reference, current)]
    counts = [{one["values"].as_py(): one["counts"].as_py() for one in pc.value_counts(side)} for side in coded]
    values = sorted(
        (counts[0].keys() | counts[1].keys()) - {None},
        key=lambda value: (-counts[0].get(value, 0), -counts[1].get(value, 0), value),
    )
    if reason := _too_much(values):
        return [Part(column, "", reason=reason)]
    parts: dict[str, Part] = {}
    for value in values:
        sizes = [count.get(value, 0) for count in counts]
        small = [which for which, size in zip(("reference", "current"), sizes, strict=True) if size < SMALLEST]
        reason = f"Fewer than {SMALLEST} rows in the {' and the '.join(small)} data." if small else ""
        parts[value] = Part(column, value, *([0, 0] if small else sizes), reason=reason)
    told = {value: part for value, part in parts.items() if not part.reason}
    if told:
        asked = [
            name for name in names if name != column and not not_comparable(name, reference.schema, current.schema)
        ]
        masks = {value: [pc.fill_null(pc.equal(side, value), False) for side in coded] for value in told}
        features: dict[str, list[Feature]] = {value: [] for value in told}
        missing: dict[str, dict[str, Drift]] = {value: {} for value in told}
        pairs = zip(reference.columns(asked), current.columns(asked), strict=True)
        for done, ((name, before), (_, after)) in enumerate(pairs):
            progress(done, len(asked), f"{name} in segments by {column}")
            for value, (old, new) in masks.items():
                feature, gone = _within(name, before.filter(old), after.filter(new))
                features[value].append(feature)
                if gone is not None:
                    missing[value][name] = gone
        for value, part in told.items():
            parts[value] = replace(part, features=features[value], missing=missing[value])
    return list(parts.values())


def _within(name: str, before: pa.ChunkedArray, after: pa.ChunkedArray) -> tuple[Feature, Drift | None]:
    try:
        feature, gone = compare_column(name, prepared_column(before), after)
    except (TooFewValues, TooManyCategories) as refusal:
        return Feature(name, reason=refusal.message), None
    drift = feature.drift
    if drift is not None and feature.method != NULLS and min(drift.n_reference, drift.n_current) < SMALLEST:
        return Feature(name, reason=f"Fewer than {SMALLEST} values."), None
    return replace(feature, profile=None), gone


def _texts(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column as texts, by which policies and pages name its segments."""
    return column.cast(plain(column.type)).cast(pa.string())


def _too_much(values: Sequence[str]) -> str:
    if len(values) > MOST_VALUES:
        return f"The column has {len(values)} distinct values; up to {MOST_VALUES} segments are told apart."
    if any(len(value) > LONGEST_VALUE for value in values):
        return f"The column has texts of more than {LONGEST_VALUE} characters; they name no segments."
    return ""
