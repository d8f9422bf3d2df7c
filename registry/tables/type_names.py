"""Arrow's types in words that people know."""

import re

_PLAIN = {
    "double": "number", "float": "number (32 bit)", "halffloat": "number (16 bit)", "bool": "yes or no",
    "string": "text", "large_string": "text", "binary": "bytes", "large_binary": "bytes", "date32[day]": "date",
    "date64[ms]": "date",
}  # fmt: skip
_CATEGORY = re.compile(r"dictionary<values=(?P<values>.+), indices=\w+, ordered=\d>")
_WHOLE = re.compile(r"u?int(8|16|32|64)")


def type_name(arrow_type: str) -> str:
    """Words for a type as a schema holds it; a nested or rare type keeps Arrow's own.

    >>> type_name("dictionary<values=string, indices=int16, ordered=0>")
    'category of text'
    >>> type_name("int16"), type_name("timestamp[ms, tz=UTC]")
    ('whole number', 'date and time, UTC')
    """
    category = _CATEGORY.fullmatch(arrow_type)
    if category:
        return f"category of {type_name(category['values'])}"
    if _WHOLE.fullmatch(arrow_type):
        return "whole number"
    if arrow_type.startswith("timestamp["):
        zone = arrow_type.partition("tz=")[2].rstrip("]")
        return f"date and time, {zone}" if zone else "date and time"
    if arrow_type.startswith("time"):
        return "time of day"
    if arrow_type.startswith("decimal"):
        return "decimal number"
    return _PLAIN.get(arrow_type, arrow_type)
