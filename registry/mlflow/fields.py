"""What a call of MLflow's protocol takes: names, kinds and limits, read from a body or a query without a framework.

One ``log_model`` is about thirty calls, so a field costs a dictionary look-up and one check.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .refusals import InvalidValue, invalid_value, missing_value

KEY_MOST: Final = 250
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_INT64: Final = 2**63


@dataclass(frozen=True, slots=True)
class Field:
    """``read`` makes the value of what came; ``schema`` describes it in the OpenAPI document."""

    read: Callable[[str, Any], Any]
    schema: Mapping[str, Any]
    required: bool = False
    default: Any = None
    repeats: bool = False
    is_asked: bool = False
    """Whether the document calls it required, although another name may stand in its place."""


def text(*, required: bool = False, most: int = 5000, default: str | None = "") -> Field:
    """Text of at most ``most`` characters; what is required must not be empty either."""
    return Field(_text(most), {"type": "string", "maxLength": most}, required, default)


def choice(*words: str, default: str = "") -> Field:
    """One of ``words``."""

    def read(name: str, value: Any) -> str:
        if value not in words:
            raise invalid_value(name, value, f"Use one of {', '.join(words)}")
        return str(value)

    return Field(read, {"type": "string", "enum": list(words)}, False, default)


def integer(*, required: bool = False, default: int | None = None, least: int = -_INT64, most: int = _INT64) -> Field:
    """A whole number; a query brings it as text, and so does JSON's int64."""

    def read(name: str, value: Any) -> int:
        found = value if isinstance(value, int) and not isinstance(value, bool) else _number_in(value)
        if found is None or not least <= found <= min(most, _INT64 - 1):
            raise invalid_value(name, value)
        return found

    schema: dict[str, Any] = {"type": "integer"}
    if least > -_INT64:
        schema["minimum"] = least
    if most < _INT64:
        schema["maximum"] = most
    return Field(read, schema, required, default)


def number(*, required: bool = False) -> Field:
    """A floating point number, also NaN and the infinities, which JSON has as text."""
    return Field(_float, {"oneOf": [{"type": "number"}, {"type": "string"}]}, required)


def flag(*, default: bool = False) -> Field:
    """True or false; a query brings it as a word."""

    def read(name: str, value: Any) -> bool:
        found = {"true": True, "false": False}.get(str(value).lower())
        if found is None:
            raise invalid_value(name, value)
        return found

    return Field(read, {"type": "boolean"}, False, default)


def texts(*, most: int = 1000, each: int = 5000, required: bool = False) -> Field:
    """A list of texts; a query repeats the name."""
    one = _text(each)

    def read(name: str, value: Any) -> list[str]:
        return [one(name, item) for item in _items(name, value, most)]

    schema = {"type": "array", "maxItems": most, "items": {"type": "string", "maxLength": each}}
    return Field(read, schema, required, (), repeats=True)


def objects(fields: Mapping[str, Field], *, most: int = 1000, required: bool = False) -> Field:
    """A list of objects, each with ``fields``."""

    def read(name: str, value: Any) -> list[dict[str, Any]]:
        return [read_fields(fields, _object(name, item)) for item in _items(name, value, most)]

    schema = {"type": "array", "maxItems": most, "items": schema_of(fields)}
    return Field(read, schema, required, ())


def inner(fields: Mapping[str, Field], *, required: bool = False) -> Field:
    """One object with ``fields``."""
    return Field(lambda name, value: read_fields(fields, _object(name, value)), schema_of(fields), required)


def pairs(*, value_most: int, most: int = 1000) -> Field:
    """Tags and parameters: a list of ``{key, value}``, given to the handler as a dictionary; the last one counts."""
    every = objects({"key": text(required=True, most=KEY_MOST), "value": text(most=value_most)}, most=most)

    def read(name: str, value: Any) -> dict[str, str]:
        return {pair["key"]: pair["value"] for pair in every.read(name, value)}

    return Field(read, every.schema, False, {})


def read_fields(fields: Mapping[str, Field], given: Mapping[str, Any]) -> dict[str, Any]:
    """Every field by its name, as given or as its default. Raises InvalidValue; what is not a field is passed over."""
    found: dict[str, Any] = {}
    for name, field in fields.items():
        value = given.get(name)
        if value is None or (field.required and value == ""):
            if field.required:
                raise missing_value(name)
            found[name] = field.default
        else:
            found[name] = field.read(name, value)
    return found


def schema_of(fields: Mapping[str, Field]) -> dict[str, Any]:
    """The object with ``fields`` as JSON Schema."""
    schema: dict[str, Any] = {"type": "object", "properties": {name: dict(one.schema) for name, one in fields.items()}}
    required = [name for name, one in fields.items() if one.required or one.is_asked]
    return {**schema, "required": required} if required else schema


def _text(most: int) -> Callable[[str, Any], str]:
    def read(name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise invalid_value(name, value)
        if len(value) > most:
            raise InvalidValue(
                f"'{name}' exceeds the maximum length: it has {len(value)} characters, and {most} are allowed.",
                field=name,
            )
        if _UNSTORABLE.search(value):
            raise InvalidValue(f"'{name}' holds a character that no text can have. Send Unicode text.", field=name)
        return value

    return read


def _number_in(value: Any) -> int | None:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,19}", value):
        return int(value)
    return None


def _float(name: str, value: Any) -> float:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float | str)
        or (isinstance(value, str) and len(value) > 40)
    ):
        raise invalid_value(name, value)
    try:
        return float(value)
    except (ValueError, OverflowError):
        raise invalid_value(name, value) from None


def _items(name: str, value: Any, most: int) -> list[Any]:
    if not isinstance(value, list):
        raise invalid_value(name, value)
    if len(value) > most:
        raise InvalidValue(f"'{name}' has {len(value)} items; at most {most} are taken at once.", field=name)
    return value


def _object(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid_value(name, value)
    return value
