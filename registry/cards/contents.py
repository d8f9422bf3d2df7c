"""What a sender writes into a card, and how two contents differ. Pure checks, no database."""

import difflib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from modelops.lib.errors import Invalid

from .fields import BY_KEY, FIELDS, Field

LONGEST_TEXT: Final = 8000
LONGEST_LINE: Final = 200
MOST_GROUPS: Final = 200
_LARGEST: Final = 64 * 1024

Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs: its lines, each with "same", "added" or "removed"."""

    field: Field
    lines: list[tuple[str, str]]


def checked_content(value: object) -> Content:
    """The fields that are filled in, by key, in the order of the card. Raises Invalid and names the field."""
    if not isinstance(value, dict):
        raise Invalid("The fields of a card are a JSON object.", code="card.invalid", field="fields")
    unknown = sorted(str(key) for key in value if key not in BY_KEY)
    if unknown:
        raise Invalid(
            f"A card has no field {unknown[0][:60]!r}. Fields: {', '.join(BY_KEY)}.",
            code="card.unknown_field",
            field=unknown[0][:60],
        )
    found = {field.key: _checked(field, value[field.key]) for field in FIELDS if field.key in value}
    content = {key: said for key, said in found.items() if said}
    if len(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")) > _LARGEST:
        raise Invalid(f"A card holds at most {_LARGEST:,} bytes in all.", code="card.too_large", field="fields")
    return content


def groups_from_lines(text: str) -> list[dict[str, Any]]:
    """Metrics by group as a form has them: one line each, "group, metric, value". Raises Invalid.

    >>> groups_from_lines("carrier UA, auc, 0.71")
    [{'group': 'carrier UA', 'metric': 'auc', 'value': 0.71}]
    """
    rows = []
    for line in text.splitlines():
        if not line.strip():
            continue
        parts = [part.strip() for part in line.rsplit(",", 2)]
        try:
            rows.append({"group": parts[0], "metric": parts[1], "value": float(parts[2])})
        except (IndexError, ValueError):
            raise _groups(f"The line {line.strip()[:80]!r} is not group, metric, value.") from None
    return _checked_groups(rows)


def lines_of_groups(rows: list[dict[str, Any]]) -> str:
    """The way back: what the form shows."""
    return "\n".join(f"{row['group']}, {row['metric']}, {row['value']:g}" for row in rows)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What changed from one content to another, field by field in the order of the card.

    >>> [(change.field.key, change.lines) for change in differences({"contact": "A"}, {"contact": "B"})]
    [('contact', [('removed', 'A'), ('added', 'B')])]
    """
    return [
        Change(field, _compared(_lines(field, before.get(field.key)), _lines(field, after.get(field.key))))
        for field in FIELDS
        if before.get(field.key) != after.get(field.key)
    ]


def _lines(field: Field, said: Any) -> list[str]:
    if not said:
        return []
    return (lines_of_groups(said) if field.kind == "groups" else str(said)).splitlines()


def _compared(before: list[str], after: list[str]) -> list[tuple[str, str]]:
    # Without the heuristic for junk, which is for programs and hides repeated lines.
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    found: list[tuple[str, str]] = []
    for what, start, stop, new_start, new_stop in matcher.get_opcodes():
        if what == "equal":
            found += [("same", line) for line in before[start:stop]]
        else:
            found += [("removed", line) for line in before[start:stop]]
            found += [("added", line) for line in after[new_start:new_stop]]
    return found


def _checked(field: Field, said: object) -> Any:
    if said is None or said == "":
        return None
    if field.kind == "groups":
        return _checked_groups(said)
    longest = LONGEST_LINE if field.kind == "line" else LONGEST_TEXT
    if not isinstance(said, str) or len(said) > longest or "\x00" in said:
        raise Invalid(
            f"{field.label} is not a text of at most {longest:,} characters.", code="card.invalid", field=field.key
        )
    text = said.replace("\r\n", "\n").replace("\r", "\n").strip()
    if field.kind == "line" and "\n" in text:
        raise Invalid(f"{field.label} is a single line.", code="card.invalid", field=field.key)
    return text


def _checked_groups(said: object) -> list[dict[str, Any]]:
    if not isinstance(said, list) or len(said) > MOST_GROUPS:
        raise _groups(f"Metrics by group are not a list of at most {MOST_GROUPS} rows.")
    return [_checked_group(row) for row in said]


def _checked_group(row: object) -> dict[str, Any]:
    if not isinstance(row, dict) or set(row) != {"group", "metric", "value"}:
        raise _groups("A row of the metrics by group does not have exactly group, metric and value.")
    for name in ("group", "metric"):
        text = row[name]
        if not isinstance(text, str) or not 0 < len(text.strip()) <= 100 or "\x00" in text:
            raise _groups(f"The {name} of a row is not a text of 1 to 100 characters.")
    value = row["value"]
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        raise _groups("The value of a row is not a finite number.")
    return {"group": row["group"].strip(), "metric": row["metric"].strip(), "value": value}


def _is_finite(value: int | float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _groups(message: str) -> Invalid:
    example = '[{"group": "carrier UA", "metric": "auc", "value": 0.71}]'
    return Invalid(f"{message} Send rows such as {example}.", code="card.invalid_groups", field="metrics_by_group")
