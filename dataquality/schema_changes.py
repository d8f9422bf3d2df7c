"""What changed between the columns of two dataset versions, and whether it breaks whoever reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_INTEGER = re.compile(r"(u?)int(8|16|32|64)")
_FLOAT_BITS = {"halffloat": 11, "float": 24, "double": 53}  # whole numbers that the type holds exactly, in bits


@dataclass(frozen=True)
class SchemaChange:
    """One column that is other than before. ``breaking`` is what a reader of the earlier version would stumble over."""

    column: str
    kind: str
    before: str | None
    after: str | None
    breaking: bool

    @property
    def words(self) -> str:
        """The change as a sentence without its column."""
        if self.kind == "added":
            return f"added as {self.after}"
        if self.kind == "removed":
            return f"removed; it was {self.before}"
        if self.kind == "retyped":
            return f"{self.after}, was {self.before}"
        return f"{self.after}, had {self.before}" if self.kind == "nulls" else str(self.after)


def changes(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[SchemaChange]:
    """Columns of {"name", "type", "nulls"} that went, came, have another type or have empty cells for the first time.

    >>> [change.words for change in changes([{"name": "a", "type": "int32"}], [{"name": "a", "type": "int64"}])]
    ['int64, was int32']
    """
    earlier, later = ({column["name"]: column for column in columns} for columns in (before, after))
    found = [
        SchemaChange(name, "removed", column["type"], None, breaking=True)
        for name, column in earlier.items()
        if name not in later
    ]
    for name, column in later.items():
        old = earlier.get(name)
        if old is None:
            found.append(SchemaChange(name, "added", None, column["type"], breaking=False))
            continue
        if old["type"] != column["type"]:
            breaks = not widens(old["type"], column["type"])
            found.append(SchemaChange(name, "retyped", old["type"], column["type"], breaking=breaks))
        if column.get("nulls") and not old.get("nulls"):
            told = f"{column['nulls']} empty cells"
            found.append(SchemaChange(name, "nulls", "none", told, breaking=True))
    return found


def widens(before: str, after: str) -> bool:
    """Whether every value of the type ``before`` is the same value in the type ``after``.

    >>> widens("int32", "int64"), widens("int64", "double"), widens("uint8", "int16"), widens("float", "double")
    (True, False, True, True)
    """
    if {before, after} <= {"string", "large_string", "string_view"}:
        return True
    if before in _FLOAT_BITS and after in _FLOAT_BITS:
        return _FLOAT_BITS[before] <= _FLOAT_BITS[after]
    old = _INTEGER.fullmatch(before)
    if old is None:
        return False
    bits = int(old[2]) - (0 if old[1] else 1)
    if after in _FLOAT_BITS:
        return bits <= _FLOAT_BITS[after]
    new = _INTEGER.fullmatch(after)
    if new is None or (new[1] and not old[1]):
        return False
    return bits <= int(new[2]) - (0 if new[1] else 1)
