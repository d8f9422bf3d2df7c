"""Which columns hold data of people: as the owner has said, otherwise by their names and their first values.

The proposal is a careful one: it only decides whether examples show the shape of a value or nothing but a hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING

from registry.tables.personal import by_name, by_values

if TYPE_CHECKING:
    from .profiling.walk import Table


def personal_columns(table: Table, said: Mapping[str, str] | None = None) -> frozenset[str]:
    """Names of the columns whose values are only to be shown as hashes.

    ``said`` is what the owner has confirmed of columns, "none" for one that is not personal.
    """
    said = said or {}
    found = {name for name in table.schema.names if by_name(name)}
    for batch in islice(table.batches(), 1):
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if name not in found and name not in said and by_values(column):
                found.add(name)
    found -= {name for name, kind in said.items() if kind == "none"}
    return frozenset(found | {name for name, kind in said.items() if kind != "none"})
