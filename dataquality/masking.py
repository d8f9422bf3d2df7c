"""Examples that show what is wrong with a value without showing the value."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection

LONGEST = 24  # characters of a masked value
_KINDS = ((re.compile(r"[A-Z]"), "X"), (re.compile(r"[a-z]"), "x"), (re.compile(r"\d"), "9"))
_OTHER = re.compile(r"[^\x20-\x7e]")


class Masker:
    """Masks values of one run. Values of ``personal`` columns become keyed hashes, which tell only equal from not."""

    def __init__(self, key: bytes, personal: Collection[str] = ()) -> None:
        self._key = key
        self._personal = frozenset(personal)

    def mask(self, value: object, column: str | None) -> str:
        """The value's shape ("Xx9" for "Ab3"), or its hash in a personal column."""
        text = str(value)
        if column in self._personal:
            return f"#{hmac.new(self._key, text.encode('utf-8', 'replace'), hashlib.sha256).hexdigest()[:12]}"
        return shape(text)


def shape(text: str) -> str:
    """Letters as X and x, digits as 9, other characters of the ASCII set as they are, all others as "?".

    >>> shape("Ab-37 é"), shape("x" * 30)
    ('Xx-99 ?', 'xxxxxxxxxxxxxxxxxxxxxxx…')
    """
    cut = text if len(text) <= LONGEST else text[: LONGEST - 1]
    masked = _OTHER.sub("?", cut)
    for pattern, mark in _KINDS:
        masked = pattern.sub(mark, masked)
    return masked if cut == text else f"{masked}…"
