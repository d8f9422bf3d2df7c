"""Template filters that write numbers for people: ``{% load figures %}``."""

from collections.abc import Callable
from typing import Any

from django import template

from modelops.lib import figures as writing

register = template.Library()
ABSENT = "–"


def _number(write: Callable[..., str], value: Any, *extra: Any) -> str:
    """``value`` written by ``write``; what is absent or no number is shown as a dash."""
    if value is None or value == "":
        return ABSENT
    try:
        return write(float(value), *extra)
    except (TypeError, ValueError):
        return str(value)


@register.filter
def grouped(value: Any) -> str:
    """Thousands set apart: 27 004."""
    return _number(lambda number: writing.grouped(int(number)), value)


@register.filter
def significant(value: Any, digits: int = 3) -> str:
    """Rounded to significant digits: 0.0934."""
    return _number(writing.significant, value, int(digits))


@register.filter
def signed(value: Any) -> str:
    """A change as it is, with its sign: +3.25, −3.25, 0."""
    return _number(writing.signed, value)


@register.filter
def compact(value: Any) -> str:
    """Short with a unit: 1.2M."""
    return _number(writing.compact, value)


@register.filter
def p_value(value: Any) -> str:
    """A p-value as it is reported."""
    return _number(writing.p_value, value)


@register.filter
def byte_size(value: Any) -> str:
    """A number of bytes with its unit: 1.93 MB."""
    return _number(writing.byte_size, value)


@register.filter
def period(value: Any) -> str:
    """How often, of whole seconds: "hour", "6 hours"."""
    return _number(lambda number: writing.period(int(number)), value)


@register.filter
def percent(value: Any, digits: int = 1) -> str:
    """A share between 0 and 1 as a percentage."""
    return _number(writing.percent, value, int(digits))


@register.filter
def hexed(value: Any) -> str:
    """Bytes as hexadecimal digits."""
    return bytes(value).hex() if value is not None else ABSENT
