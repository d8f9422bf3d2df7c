"""One text for one value: what the ledger hashes is the text that it stores, so the text must be the only possible one.

The form is that of RFC 8785 for the values that details consist of: keys sorted, no blanks, no needless escapes.
"""

import json
import math
from typing import Any, Final

from django.db import models
from django.db.models.fields.json import KeyTransform

# `json.dumps` would make an encoder for each value.
_written: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def canonical_json(value: Any) -> str:
    """``value`` as canonical JSON text, which PostgreSQL can store and read as jsonb.

    NUL and lone surrogates, which it cannot store, become U+FFFD. Raises ValueError for NaN and infinity, TypeError
    for what JSON does not know.
    """
    text = _written(value)
    if "\\u0000" in text or not text.isascii():
        text = _written(_storable(value))
    return text


def storable_text(text: str) -> str:
    """The text without characters that PostgreSQL cannot store."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, dict):
        return {storable_text(str(key)): _storable(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("A detail is not a finite number.")
    return value


class _KeyOfText(KeyTransform):
    """A key of a document that is stored as text."""

    def __init__(self, key_name: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(key_name, *args, **kwargs)
        self.output_field = _Part()

    def preprocess_lhs(self, compiler: Any, connection: Any) -> tuple[str, list[Any], list[str]]:
        lhs, params, keys = super().preprocess_lhs(compiler, connection)
        return f"({lhs})::jsonb", params, keys


class _Part(models.JSONField):
    """What is under a key; its own keys are read in the same way."""

    def get_transform(self, name: str) -> Any:
        return lambda *args, **kwargs: _KeyOfText(name, *args, **kwargs)


class CanonicalJSONField(models.JSONField):
    """JSON that is kept letter for letter: jsonb would write it anew in an order of its own.

    Keys can be looked up (``details__code="x"``), by reading every row: for searching there are other columns.
    """

    def db_type(self, connection: Any) -> str:
        return "text"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return value if value is None or hasattr(value, "as_sql") else canonical_json(value)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return self.get_db_prep_value(value, connection)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    def get_transform(self, name: str) -> Any:
        return lambda *args, **kwargs: _KeyOfText(name, *args, **kwargs)
