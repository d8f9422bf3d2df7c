"""What a sender says about a version: metrics, parameters, tags, datasets. Pure checks, no database."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modelops.lib.errors import Invalid
from modelops.lib.names import NAME_PATTERN

_MOST_ENTRIES = 1000
_LONGEST_NAME = 250
_LARGEST_JSON = 64 * 1024
# What is nested deeper nobody reads, and readers of other languages give up early.
_DEEPEST_JSON = 8


@dataclass(frozen=True, slots=True)
class DatasetReference:
    """A dataset version as a sender names it."""

    dataset: str
    version: int


def from_fields(values: Sequence[str], what: str) -> Any:
    """What form fields named ``what`` say: one JSON text, or several ``name=value``; None when there are none.

    >>> from_fields(['{"auc": 0.9}'], "metrics")
    {'auc': 0.9}
    >>> from_fields(["auc=0.9", "note=first"], "parameters")
    {'auc': 0.9, 'note': 'first'}
    >>> from_fields(["nightly", "team=search"], "tags")
    {'nightly': '', 'team': 'search'}
    """
    if not values or (len(values) == 1 and not values[0].strip()):
        return None
    if len(values) == 1 and values[0].lstrip().startswith(("{", "[")):
        return _json(values[0], what)
    pairs: dict[str, Any] = {}
    for value in values:
        name, _, text = value.partition("=")
        pairs[name.strip()] = text if what == "tags" else _loose(text)
    return pairs


def metrics(value: Any) -> dict[str, float]:
    """Metrics as finite numbers by name. Raises Invalid."""
    checked = _object(value, "metrics")
    for name, number in checked.items():
        if isinstance(number, bool) or not isinstance(number, int | float) or not _is_finite(number):
            raise _invalid("metrics", f"The metric {name!r} is not a finite number.")
    return checked


def parameters(value: Any) -> dict[str, Any] | None:
    """Parameters as a JSON object, None for none. Raises Invalid."""
    return _object(value, "parameters") or None


def tags(value: Any) -> dict[str, str]:
    """Tags as texts by name; a list of words gives tags without a text. Raises Invalid."""
    if isinstance(value, list):
        value = {word if isinstance(word, str) else None: "" for word in value}
    checked = _object(value, "tags")
    for name, text in checked.items():
        if not isinstance(text, str) or len(text) > _LONGEST_NAME:
            raise _invalid("tags", f"The tag {name!r} is not a text of at most {_LONGEST_NAME} characters.")
    return checked


def source_commit(value: Any) -> str:
    """The commit of the training code as 7 to 64 hexadecimal digits, "" for none. Raises Invalid.

    >>> source_commit(" 762C550 ")
    '762c550'
    """
    if value is None or value == "":
        return ""
    text = value.strip().lower() if isinstance(value, str) else ""
    if not re.fullmatch(r"[0-9a-f]{7,64}", text):
        raise _invalid("source_commit", "The source commit does not have 7 to 64 hexadecimal digits.")
    return text


def run_reference(value: Any) -> str:
    """The id or address of the run that trained it, one line, "" for none. Raises Invalid."""
    if value is None:
        return ""
    text = value.strip() if isinstance(value, str) else "\x00"
    if len(text) > _LONGEST_NAME or not text.isprintable():
        raise _invalid("run_reference", f"The run is not one line of at most {_LONGEST_NAME} characters.")
    return text


def dataset_references(value: Any) -> list[DatasetReference]:
    """Dataset versions from ``[{"dataset": name, "version": number}]`` or ``["name:number"]``. Raises Invalid."""
    if value is None:
        return []
    if isinstance(value, dict):
        value = [value] if "dataset" in value else list(value)
    if not isinstance(value, list) or len(value) > _MOST_ENTRIES:
        raise _invalid("datasets", "The datasets are not a list.")
    found = [_reference(entry) for entry in value]
    # Said twice is meant once.
    return list(dict.fromkeys(found))


def _reference(entry: Any) -> DatasetReference:
    if isinstance(entry, str):
        name, _, number = entry.rpartition(":")
        entry = {"dataset": name, "version": number}
    name, number = (entry.get("dataset"), entry.get("version")) if isinstance(entry, dict) else (None, None)
    if isinstance(name, str) and re.fullmatch(NAME_PATTERN, name) and re.fullmatch(r"[0-9]{1,9}", str(number)):
        return DatasetReference(name, int(str(number)))
    raise _invalid("datasets", "A dataset has no name and version number.")


def _is_finite(number: int | float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # A whole number beyond what a float can say.
        return False


def _object(value: Any, what: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > _MOST_ENTRIES:
        raise _invalid(what, f"The {what} are not a JSON object of at most {_MOST_ENTRIES} entries.")
    for name in value:
        if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
            raise _invalid(what, f"A name among the {what} does not have 1 to {_LONGEST_NAME} characters.")
    depth, entries = _depth(value)
    if depth > _DEEPEST_JSON:
        raise _invalid(what, f"The {what} are nested more than {_DEEPEST_JSON} levels deep.")
    if entries > _MOST_ENTRIES:
        raise _invalid(what, f"The {what} have {entries} entries in all; at most {_MOST_ENTRIES} are allowed.")
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        size = len(text.encode("utf-8"))
    except (ValueError, TypeError, RecursionError):
        raise _invalid(what, f"The {what} hold a value that JSON cannot say.") from None
    # PostgreSQL's jsonb has no NUL character.
    if "\\u0000" in text or size > _LARGEST_JSON:
        raise _invalid(what, f"The {what} hold a NUL character or more than {_LARGEST_JSON:,} bytes.")
    return value


def _depth(value: Any) -> tuple[int, int]:
    """Levels of lists and objects, and how many names they hold together, counted without recursion."""
    level, depth, entries = [value], 0, 0
    while level := [inner for inner in level if isinstance(inner, dict | list)]:
        depth += 1
        entries += sum(len(inner) for inner in level if isinstance(inner, dict))
        level = [inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer)]
    return depth, entries


def _json(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _invalid(what, f"The {what} are not valid JSON.") from None


def _loose(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


_EXAMPLES = {
    "metrics": 'Send an object such as {"auc": 0.93}.',
    "parameters": 'Send an object such as {"learning_rate": 0.1}.',
    "tags": 'Send an object such as {"team": "search"} or a list of words.',
    "source_commit": "Send the id of the commit, such as 762c550.",
    "run_reference": "Send the id or the address of the run.",
    "datasets": 'Send a list such as [{"dataset": "flights", "version": 1}].',
}


def _invalid(what: str, message: str) -> Invalid:
    return Invalid(f"{message} {_EXAMPLES[what]}", code=f"{what}.invalid", field=what)
