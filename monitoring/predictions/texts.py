"""What a short text of a sender must be: printable, in one line, and not too long."""

from typing import Any

from modelops.lib.errors import Invalid

CODE = "prediction.bad_row"


def refusal(place: str, found: str, expected: str, *, code: str = CODE) -> Invalid:
    """The refusal of what stands at ``place`` ("rows[3].at"); nothing of the batch is stored."""
    return Invalid(f"{place} {found}; expected {expected}. Nothing of the batch was stored.", code=code, field=place)


def short_text(value: Any, place: str, at_most: int, *, code: str = CODE) -> str:
    """``value`` if it is such a text. Raises Invalid."""
    if not isinstance(value, str):
        raise refusal(place, f"is {kind_of(value)}", f"a text of 1 to {at_most} characters", code=code)
    # Characters that no printer shows are what PostgreSQL and log readers stumble over: zeros, breaks, surrogates.
    if not 1 <= len(value) <= at_most or not value.isprintable():
        raise refusal(
            place, f"has {len(value)} characters, or some that cannot be printed",
            f"a text of 1 to {at_most} printable characters", code=code,
        )  # fmt: skip
    return value


def kind_of(value: Any) -> str:
    """What a JSON value is, in words that hold nothing of it."""
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number" if value == value and abs(value) != float("inf") else "no finite number"
    return {str: "a text", list: "a list", dict: "an object"}.get(type(value), "something else")
