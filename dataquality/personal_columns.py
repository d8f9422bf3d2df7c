"""Columns that look like data of people: by their names, and by what stands in their first rows.

A proposal, and a careful one: it only decides whether examples show the shape of a value or nothing but a hash.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from .profiling.kinds import is_text

if TYPE_CHECKING:
    from .profiling.walk import Table

LOOKED_AT = 1000
ENOUGH = 0.2  # of the first rows: a free text may name one address without being a column of addresses
_NAMES = re.compile(
    r"(^|[^a-z])(e?-?mail|phone|mobile|tel|fax|iban|account_?no|card_?(no|number)|ssn|tax_?id|passport|"
    r"(first|last|sur|full|family|given|user|maiden)_?name|name|street|address|addr|zip|postal|postcode|city|birth\w*|"
    r"dob|gender|sex|ip(_?addr\w*)?|licen[cs]e|patient\w*|customer_?(id|no)|login|user(_?id)?)([^a-z]|$)"
)
# RE2 inside Arrow: time linear in the text.
_VALUES = (
    r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$",
    r"^[A-Z]{2}\d{2}( ?[A-Z0-9]){11,30}$",
    r"^\+\d[\d ()/.-]{6,}\d$",
    r"^(\d{1,3}\.){3}\d{1,3}$",
    r"^(\d[ -]?){13,18}\d$",
    r"^\d{3}-\d{2}-\d{4}$",
)


def personal_columns(table: Table) -> frozenset[str]:
    """Names of the columns whose values are only to be shown as hashes."""
    found = {name for name in table.schema.names if is_personal_name(name)}
    for batch in islice(table.batches(), 1):
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if name not in found and _looks_personal(column.slice(0, LOOKED_AT)):
                found.add(name)
    return frozenset(found)


def is_personal_name(name: str) -> bool:
    """Whether the name of a column says that it holds data of people.

    >>> is_personal_name("customerEmail"), is_personal_name("file_name"), is_personal_name("amount")
    (True, True, False)
    """
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return _NAMES.search(words) is not None


def _looks_personal(column: pa.Array) -> bool:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if not is_text(column.type):
        return False
    texts = column.cast(pa.large_string()).drop_null()
    if not len(texts):
        return False
    trimmed = pc.utf8_trim_whitespace(texts)
    most = max(pc.sum(pc.match_substring_regex(trimmed, pattern)).as_py() or 0 for pattern in _VALUES)
    return bool(most >= ENOUGH * len(texts))
