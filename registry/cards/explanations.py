"""What an explainer sends: how much each feature counts. Pure checks, no database."""

import math
from dataclasses import dataclass
from typing import Any, Final

from modelops.lib.errors import Invalid

MOST_FEATURES: Final = 500
_LONGEST_NAME: Final = 200
_EXAMPLE: Final = '{"method": "SHAP", "rows": 1000, "features": [{"name": "distance", "value": 0.21}]}'


@dataclass(frozen=True, slots=True)
class Summary:
    """The checked explanation, the largest value first."""

    method: str
    features: list[dict[str, Any]]
    rows: int | None


def checked_explanation(value: object) -> Summary:
    """``value`` as a summary; a feature's value is its mean absolute SHAP value or the like, 0 or more. Raises Invalid.

    >>> checked_explanation({"features": [{"name": "a", "value": 1}, {"name": "b", "value": 2.5}]}).features[0]["name"]
    'b'
    """
    if not isinstance(value, dict) or set(value) - {"method", "features", "rows"}:
        raise _invalid("An explanation has method, rows and features, and nothing else.")
    method, rows, features = value.get("method", "SHAP"), value.get("rows"), value.get("features")
    if not isinstance(method, str) or not 0 < len(method.strip()) <= 60 or not method.isprintable():
        raise _invalid("The method is not a line of 1 to 60 characters.")
    if rows is not None and (isinstance(rows, bool) or not isinstance(rows, int) or not 0 < rows < 2**63):
        raise _invalid("rows is not a whole number above 0.")
    if not isinstance(features, list) or not 0 < len(features) <= MOST_FEATURES:
        raise _invalid(f"The features are not a list of 1 to {MOST_FEATURES}.")
    found = [_checked(feature) for feature in features]
    if len({feature["name"] for feature in found}) < len(found):
        raise _invalid("A feature is named twice.")
    found.sort(key=lambda feature: (-feature["value"], feature["name"]))
    return Summary(method.strip(), found, rows)


def _checked(feature: object) -> dict[str, Any]:
    if not isinstance(feature, dict) or set(feature) != {"name", "value"}:
        raise _invalid("A feature does not have exactly a name and a value.")
    name, value = feature["name"], feature["value"]
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME or "\x00" in name:
        raise _invalid(f"The name of a feature is not a text of 1 to {_LONGEST_NAME} characters.")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf or value > 1e300:
        raise _invalid(f"The value of {name[:60]!r} is not a finite number of 0 or more.")
    return {"name": name, "value": float(value)}


def _invalid(message: str) -> Invalid:
    return Invalid(f"{message} Send such as {_EXAMPLE}.", code="explanation.invalid", field="features")
