"""The features of a batch's rows as columns, checked as wholes: a column that is sound costs a few passes in C."""

import math
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from .features import NONE, Columns
from .numbers import number, reads_as_number
from .texts import kind_of, refusal, short_text

Ranges = Mapping[str, Mapping[str, Any]]
"""`FeatureSchema.features`: what a version says about each of its features."""

NUMBER, CATEGORY, NUMBERS = "number", "category", "numbers"
_MAX_NAME, _MAX_TEXT = 100, 200
_NUMERIC = frozenset({int, float, type(None)})


def columns_of(rows: Sequence[Any], ranges: Ranges) -> Columns:
    """The columns of ``rows``, each an object of features or None. Raises Invalid for the first value at fault."""
    names: dict[str, None] = {}
    shapes: set[tuple[str, ...]] = set()
    for index, features in enumerate(rows):
        if features is None:
            continue
        if type(features) is not dict:
            raise refusal(f"rows[{index}].features", f"is {kind_of(features)}", "an object of names and values")
        shape = tuple(features)
        if shape in shapes:
            continue
        for name in shape:
            short_text(name, f"rows[{index}].features", _MAX_NAME)
        shapes.add(shape)
        names.update(dict.fromkeys(shape))
        if len(names) > settings.MODELOPS_MAX_FEATURES:
            most = f"at most {settings.MODELOPS_MAX_FEATURES} in a batch"
            raise refusal(f"rows[{index}].features", f"brings the names of features to {len(names)}", most)
    given = [features or {} for features in rows]
    return {name: _column(name, [features.get(name) for features in given], ranges.get(name, {})) for name in names}


def _column(name: str, values: list[Any], said: Mapping[str, Any]) -> Sequence[Any]:
    types = set(map(type, values))
    kind = said.get("kind") or _kind_of(types)
    if kind == NUMBER and types <= _NUMERIC:
        column = _numbers(values)
        if column is not None and _is_within(column, said):
            return column
    if kind == CATEGORY and types <= {str, type(None)}:
        _check_texts(name, values, said)
        return values
    # Something is at fault, or it is a column of lists: one by one, to name the first.
    checked = [
        None if value is None else _value(f"rows[{index}].features.{name}", value, kind, said)
        for index, value in enumerate(values)
    ]
    if kind == NUMBER:
        return array("d", [NONE if value is None else value for value in checked])
    return checked


def _kind_of(types: set[type]) -> str:
    if list in types:
        return NUMBERS
    return CATEGORY if str in types and not types & {int, float} else NUMBER


def _numbers(values: list[Any]) -> "array[float] | None":
    """The column, or None where a number is not finite."""
    try:
        column = array("d", [NONE if value is None else value for value in values])
    except OverflowError:
        return None
    nones = values.count(None)
    if nones:
        return column if math.isfinite(sum(value for value in values if value is not None)) else None
    return column if math.isfinite(sum(column)) else None


def _is_within(column: "array[float]", said: Mapping[str, Any]) -> bool:
    if "min" not in said and "max" not in said:
        return True
    present = [value for value in column if value == value]
    low, high = said.get("min", -math.inf), said.get("max", math.inf)
    return not present or (min(present) >= low and max(present) <= high)


def _check_texts(name: str, values: list[Any], said: Mapping[str, Any]) -> None:
    place: dict[str, int] = {}
    for text in set(values) - {None}:
        if (not said.get("kind") and reads_as_number(text)) or not (len(text) <= _MAX_TEXT and text.isprintable()):
            place[text] = values.index(text)
    if place:
        index = min(place.values())
        _value(f"rows[{index}].features.{name}", values[index], CATEGORY, said)


def _value(place: str, value: Any, kind: str, said: Mapping[str, Any]) -> Any:
    low, high = said.get("min", -math.inf), said.get("max", math.inf)
    if kind == NUMBER:
        return number(value, place, low, high)
    if kind == CATEGORY:
        text = "" if value == "" else short_text(value, place, _MAX_TEXT)
        if not said.get("kind") and reads_as_number(text):
            raise refusal(
                place, "is a number in quotes",
                "a number without them, or a schema of the version that calls the feature a category",
            )  # fmt: skip
        return text
    if type(value) is not list:
        raise refusal(place, f"is {kind_of(value)}", "a list of numbers, as in the other rows")
    most = settings.MODELOPS_MAX_LIST_ITEMS
    if not 1 <= len(value) <= most:
        raise refusal(place, f"has {len(value)} items", f"1 to {most} numbers")
    return [number(item, f"{place}[{index}]", low, high) for index, item in enumerate(value)]
