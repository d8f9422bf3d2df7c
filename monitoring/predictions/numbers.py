"""Numbers of senders, strictly: finite, no true or false, no text that reads like a number."""

import math
from typing import Any

from .texts import CODE, kind_of, refusal


def number(value: Any, place: str, low: float = -math.inf, high: float = math.inf, *, code: str = CODE) -> float:
    """``value`` as a float within ``low`` and ``high``. Raises Invalid, which names the place."""
    if type(value) is not int and type(value) is not float:
        raise refusal(place, f"is {kind_of(value)}", "a finite number", code=code)
    try:
        found = float(value)
    except OverflowError:
        raise refusal(place, "is beyond what 64 bits can hold", "a finite number", code=code) from None
    if not math.isfinite(found):
        raise refusal(place, "is no finite number", "a finite number, or null for none", code=code)
    if not low <= found <= high:
        raise refusal(place, "is out of range", f"a number from {low:g} to {high:g}", code=code)
    return found


def reads_as_number(text: str) -> bool:
    """Whether ``text`` is a number in quotes.

    >>> [reads_as_number(text) for text in ("1", " 2.5e3", "nan", "3 apples", "1_000")]
    [True, True, True, False, False]
    """
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text
