"""The features of a batch's rows as columns, checked as wholes: a column that is sound costs a few passes in C.

Where values are at fault, each is told with its row, so that a sender mends all of them at once; none is repeated.
"""

import math
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from modelops.lib.errors import Invalid

from .features import NONE, Columns
from .numbers import number, reads_as_number
from .texts import CODE, kind_of, refusal, short_text

Ranges = Mapping[str, Mapping[str, Any]]
"""`FeatureSchema.features`: what a version says about each of its features."""

NUMBER, CATEGORY, NUMBERS = "number", "category", "numbers"
_MAX_NAME, _MAX_TEXT = 100, 200
_NUMERIC = frozenset({int, float, type(None)})
_MOST_TOLD = 50


class ValuesAtFault(Invalid):
    """Several values of a batch are not what the version's schema allows; ``members`` has a message for each."""

    code = CODE

    def __init__(self, faults: Sequence[tuple[int, Invalid]]) -> None:
        many = f"At least {_MOST_TOLD}" if len(faults) >= _MOST_TOLD else f"{len(faults)}"
        super().__init__(
            f"{many} values of the batch are at fault; `errors` names each with its row. Nothing of the batch was "
            "stored."
        )
        self.members = {
            "errors": [{"field": fault.field, "message": fault.message} for _, fault in sorted(faults, key=_by_row)]
        }


def _by_row(fault: tuple[int, Invalid]) -> int:
    return fault[0]


def columns_of(rows: Sequence[Any], ranges: Ranges) -> Columns:
    """The columns of ``rows``, each an object of features or None. Raises Invalid for what is at fault."""
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
    faults: list[tuple[int, Invalid]] = []
    columns = {}
    for name in names:
        values = [features.get(name) for features in given]
        columns[name] = _column(name, values, ranges.get(name, {}), faults)
        if len(faults) >= _MOST_TOLD:
            break
    if len(faults) == 1:
        raise faults[0][1]
    if faults:
        raise ValuesAtFault(faults)
    return columns


def _column(name: str, values: list[Any], said: Mapping[str, Any], faults: list[tuple[int, Invalid]]) -> Sequence[Any]:
    types = set(map(type, values))
    kind = said.get("kind") or _kind_of(types)
    if kind == NUMBER and types <= _NUMERIC:
        column = _numbers(values)
        if column is not None and _is_within(column, said):
            return column
    if kind == CATEGORY and types <= {str, type(None)} and _are_sound(set(values) - {None}, said):
        return values
    # Something is at fault, or it is a column of lists: one by one, to name each.
    checked: list[Any] = []
    for index, value in enumerate(values):
        try:
            place = f"rows[{index}].features.{name}"
            checked.append(None if value is None else _value(place, value, kind, said))
        except Invalid as fault:
            checked.append(None)
            faults.append((index, fault))
            if len(faults) >= _MOST_TOLD:
                break
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


def _are_sound(texts: set[str], said: Mapping[str, Any]) -> bool:
    """Whether each of the different texts of a column may stand there."""
    if "values" in said:
        return texts <= set(said["values"])
    short = all(len(text) <= _MAX_TEXT and text.isprintable() for text in texts)
    return short and (bool(said.get("kind")) or not any(map(reads_as_number, texts)))


def _value(place: str, value: Any, kind: str, said: Mapping[str, Any]) -> Any:
    low, high = said.get("min", -math.inf), said.get("max", math.inf)
    if kind == NUMBER:
        return number(value, place, low, high)
    if kind == CATEGORY:
        text = "" if value == "" else short_text(value, place, _MAX_TEXT)
        if "values" in said:
            if text not in said["values"]:
                raise refusal(place, "is none of the schema's categories", f"one of its {len(said['values'])}")
            return text
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
