"""What the filters of lists have in common: choices from a closed list, texts, numbers."""

import math
from collections.abc import Iterable, Mapping

from modelops.lib.errors import Invalid


def text_of(asked: Mapping[str, str], name: str, longest: int = 250) -> str:
    """What is asked for under ``name``, without what no name holds."""
    return asked.get(name, "").strip().replace("\x00", "")[:longest]


def checked_choice(asked: Mapping[str, str], name: str, known: Iterable[str], code: str) -> str:
    """One of ``known``, "" for none. Raises Invalid."""
    value = asked.get(name, "").strip()
    choices = list(known)
    if value and value not in choices:
        label = name.replace("_", " ")
        raise Invalid(
            f"The {label} {value[:60]!r} is not known; use one of {', '.join(choices)}.", code=code, field=name
        )
    return value


def number_of(asked: Mapping[str, str], name: str) -> float | None:
    """A finite number, None for none. Raises Invalid."""
    text = asked.get(name, "").strip()
    if not text:
        return None
    try:
        value = float(text[:60])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Invalid(
            f"{name!r} is no number: {text[:60]!r}. Send such as 0.8.", code="list.invalid_number", field=name
        )
    return value
