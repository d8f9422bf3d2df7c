"""What a column seems to say about people, by its name and by its first values.

A proposal, and a careful one: whoever owns the data confirms it or says otherwise.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

LOOKED_AT = 1000
ENOUGH = 0.2  # of the first rows: a free text may name one address without being a column of addresses
_BY_NAME = {
    "contact": r"e?-?mail|phone|mobile|tel|fax|street|address|addr|zip|postal|postcode|city",
    "identifier": r"iban|account_?no|card_?(no|number)|ssn|tax_?id|passport|licen[cs]e|patient\w*|customer_?(id|no)",
    "online": r"ip(_?addr\w*)?|login|user(_?id)?|user_?name",
    "name": r"(first|last|sur|full|family|given|maiden)_?name|name",
    "demographic": r"birth\w*|dob|gender|sex",
    "special": r"diagnos\w+|religion|ethnic\w*|blood_?type|disab\w+",
}
_NAMES = {kind: re.compile(rf"(^|[^a-z])({words})([^a-z]|$)") for kind, words in _BY_NAME.items()}
# RE2 inside Arrow: time linear in the text.
_VALUES = {
    r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$": "contact",
    r"^[A-Z]{2}\d{2}( ?[A-Z0-9]){11,30}$": "identifier",
    r"^\+\d[\d ()/.-]{6,}\d$": "contact",
    r"^(\d{1,3}\.){3}\d{1,3}$": "online",
    r"^(\d[ -]?){13,18}\d$": "identifier",
    r"^\d{3}-\d{2}-\d{4}$": "identifier",
}


def by_name(name: str) -> str:
    """What the name of a column says, "" for nothing.

    >>> by_name("customerEmail"), by_name("file_name"), by_name("amount"), by_name("birth_date")
    ('contact', 'name', '', 'demographic')
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return next((kind for kind, pattern in _NAMES.items() if pattern.search(words)), "")


def by_values(column: pa.Array) -> str:
    """What the first values of a column say, "" for nothing."""
    column = column.slice(0, LOOKED_AT)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)):
        return ""
    texts = column.cast(pa.large_string()).drop_null()
    if not len(texts):
        return ""
    trimmed = pc.utf8_trim_whitespace(texts)
    found = {pattern: pc.sum(pc.match_substring_regex(trimmed, pattern)).as_py() or 0 for pattern in _VALUES}
    best = max(found, key=lambda pattern: found[pattern])
    return _VALUES[best] if found[best] >= ENOUGH * len(texts) else ""
